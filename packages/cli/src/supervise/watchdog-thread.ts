import { writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

interface Data {
  beats: Int32Array;
  every: number;
  limit: number;
  pid: number;
  ms: number;
}

const { beats, every, limit, pid, ms } = workerData as Data;
let last = -1;
let still = 0;

// It counts its own rounds instead of looking at a clock: a machine that slept, or a process that was stopped and
// continued, has missed no round.
setInterval(() => {
  const now = Atomics.load(beats, 0);
  still = now === last ? still + 1 : 0;
  last = now;
  if (still < limit) return;
  writeSync(2, `The event loop stood still for more than ${ms} ms: the process is ended.\n`);
  process.kill(pid, 'SIGKILL');
}, every);
parentPort?.postMessage('watching');
