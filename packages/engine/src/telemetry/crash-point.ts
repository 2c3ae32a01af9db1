type Hook = (name: string) => void;

const key = Symbol.for('tributary.crashPoint');

/**
 * Names a line where a crash would hurt. Does nothing unless a test has put a hook under the
 * symbol `tributary.crashPoint` of the global object; the hook may throw or end the process.
 */
export function crashPoint(name: string): void {
  (globalThis as { [key]?: Hook })[key]?.(name);
}
