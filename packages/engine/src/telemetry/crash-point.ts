/** Every line where a crash would hurt, in the order in which an event comes by. */
export const CRASH_POINTS = [
  // An api process, or a worker with something of its own, puts a batch into its partition and answers.
  'lane:before-add',
  'lane:after-add',
  'collect:before-answer',

  // A worker has a batch from the queue.
  'job:taken',
  'batch:before-claims',
  'batch:after-claims',
  'batch:after-replay-removed',
  'careful:after-note',

  // Whose is it?
  'resolve:before-claim',
  'resolve:after-claim',
  'resolve:before-move',
  'resolve:after-move',
  'merge:after-state',
  'merge:before-freeze',
  'merge:after-freeze',
  'merge:before-absorb',
  'merge:after-absorb',
  'merge:before-repoint',

  // The commit; on MongoDB it has steps.
  'part:before-verify',
  'part:before-commit',
  'mongo:profiles',
  'mongo:events',
  'mongo:runs',
  'mongo:claims',
  'mongo:rejected',
  'mongo:outbox',
  'mongo:counted',
  'mongo:receipt',
  'part:after-commit',
  'part:before-hand-over',
  'batch:between-parts',

  // The batch leaves the queue.
  'job:before-complete',
  'job:after-complete',
  'job:before-give-back',

  // What was handed over is worked off.
  'delivery:leased',
  'delivery:called',
  'delivery:stored',
  'delivery:enqueued',
  'delivery:done',
  'emit:leased',
  'emit:enqueued',
] as const;
export type CrashPoint = (typeof CRASH_POINTS)[number];

type Hook = (name: CrashPoint) => void | Promise<void>;

const key = Symbol.for('tributary.crashPoint');

/**
 * Names a line where a crash would hurt. Does nothing unless a test has put a hook under the symbol
 * `tributary.crashPoint` of the global object. The hook may throw or end the process; where the point is awaited, it may
 * take its time.
 */
export function crashPoint(name: CrashPoint): void | Promise<void> {
  return (globalThis as { [key]?: Hook })[key]?.(name);
}
