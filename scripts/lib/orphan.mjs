/**
 * npm starts this process and does not always hand a signal on: when npm alone is ended, we would
 * serve on without anybody who knows of us. A parent that is gone counts as a SIGTERM.
 */
export function endWithParent() {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, 500);
  timer.unref();
}
