import { createServer } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import v8 from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isMainThread } from 'node:worker_threads';

/** What the probe says of the process that it was loaded into. */
export interface Reading {
  pid: number;
  /** Bytes, after a full garbage collection. */
  rss: number;
  heapUsed: number;
  external: number;
  /** The longest time that the event loop stood still since the reading before, in milliseconds. */
  stoodStill: number;
  /** Properties of the built-in prototypes that were not there at the start, or are others now. */
  polluted: string[];
}

// Loaded by NODE_OPTIONS=--import into every process of the program; only the one that works has something to say.
const socket = isMainThread && process.env.TRIBUTARY_SUPERVISED ? process.env.TRIBUTARY_FUZZ_PROBE : undefined;
if (socket !== undefined) listen(`${socket}.${process.pid}`);

function listen(path: string): void {
  v8.setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const delays = monitorEventLoopDelay({ resolution: 10 });
  delays.enable();
  const before = fingerprint();
  const server = createServer((connection) => {
    connection.on('error', () => undefined);
    const stoodStill = delays.max / 1e6;
    collect();
    collect();
    const { rss, heapUsed, external } = process.memoryUsage();
    const reading: Reading = { pid: process.pid, rss, heapUsed, external, stoodStill, polluted: changes(before) };
    connection.end(JSON.stringify(reading));
    delays.reset();
  });
  server.listen(path);
  server.unref();
}

function prototypes(): { [name: string]: object } {
  return {
    Object: Object.prototype,
    Array: Array.prototype,
    Function: Function.prototype,
    String: String.prototype,
    Number: Number.prototype,
    Boolean: Boolean.prototype,
    Map: Map.prototype,
    RegExp: RegExp.prototype,
    Error: Error.prototype,
    Promise: Promise.prototype,
  };
}

function fingerprint(): Map<string, unknown> {
  const seen = new Map<string, unknown>();
  for (const [name, prototype] of Object.entries(prototypes())) {
    for (const key of Reflect.ownKeys(prototype)) {
      const property = Object.getOwnPropertyDescriptor(prototype, key);
      seen.set(`${name}.prototype.${String(key)}`, property?.value ?? property?.get);
    }
  }
  return seen;
}

function changes(before: Map<string, unknown>): string[] {
  const now = fingerprint();
  const names = new Set([...before.keys(), ...now.keys()]);
  return [...names].filter((name) => before.get(name) !== now.get(name));
}
