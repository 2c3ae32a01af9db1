import { openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { BLOCK, BLOCKED_LOCKS, type Control, STOPPED } from './control.js';

/**
 * Loaded into the processes of a run (`node --import`), never into anybody's else. It reads what the run writes into the
 * control file: at which points a process is to die, and how wrong its clock is.
 */
const folder = process.env.TRIBUTARY_CHAOS as string;
const file = join(folder, 'control.json');
const role = process.argv[2] ?? '';
let control: Control = { armed: {}, clock: {} };
let seen = 0;
const stopAt = process.env.TRIBUTARY_CHAOS_STOP;
const often = process.env.TRIBUTARY_CHAOS_OFTEN;
const MOST_DEATHS = 8;
const visits = new Map<string, number>();

function read(): void {
  try {
    const { mtimeMs } = statSync(file);
    if (mtimeMs === seen) return;
    control = JSON.parse(readFileSync(file, 'utf8')) as Control;
    seen = mtimeMs;
    shift = control.clock[role] ?? 0;
  } catch {
    // Between two versions of the file the one before holds.
  }
}

/** Dies here if nobody else has: which of several processes that come by is decided by the file system. */
function crashPoint(name: string): void {
  if (name === stopAt) stop();
  if (name === often) for (let n = 0; n < MOST_DEATHS; n++) die(`often-${n}`, name);
  const armed = control.armed[name];
  if (!armed) return;
  const visit = (visits.get(armed.id) ?? 0) + 1;
  visits.set(armed.id, visit);
  if (visit >= armed.visit) die(armed.id, name);
}

function die(id: string, point: string): void {
  try {
    writeSync(openSync(join(folder, 'deaths', id), 'wx'), JSON.stringify({ point, role, pid: process.pid }));
  } catch {
    return;
  }
  process.kill(process.pid, 'SIGKILL');
}

/** The first process that comes here stands still, as if its machine did, until the suite lets it go on. */
function stop(): void {
  try {
    writeSync(openSync(join(folder, STOPPED), 'wx'), String(process.pid));
  } catch {
    return;
  }
  process.kill(process.pid, 'SIGSTOP');
}

/** Nothing else runs in this thread meanwhile. */
function block(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BLOCKED_LOCKS * Number(process.env.TRIBUTARY_LOCK_MS));
}

process.on(BLOCK, block);

let shift = 0;
const RealDate = Date;
const now = RealDate.now.bind(RealDate);

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length > 0 ? args : [now() + shift], newTarget),
  apply: () => new RealDate(now() + shift).toString(),
  get: (target, key) => (key === 'now' ? () => now() + shift : Reflect.get(target, key)),
});

(globalThis as { [key: symbol]: unknown })[Symbol.for('tributary.crashPoint')] = crashPoint;
if (process.env.TRIBUTARY_CHAOS_WEAKEN) {
  (globalThis as { [key: symbol]: unknown })[Symbol.for('tributary.weaken')] = process.env.TRIBUTARY_CHAOS_WEAKEN;
}
read();
setInterval(read, 50).unref();
