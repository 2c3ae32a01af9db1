import { setTimeout as sleep } from 'node:timers/promises';
import type { Served } from '../deployment/servers.js';
import type { Fault, World } from './world.js';

type Which = 'queueServer' | 'storeServer';

const AWAY_MS = 2_000;
const SLOW_MS = 40;
const ours = (which: Which) => (world: World) => world.servers[which]?.proxy !== undefined;

async function away(world: World, which: Which, how: 'halt' | 'kill'): Promise<void> {
  const server = world.servers[which] as Served;
  await sleep(world.random.below(500));
  await server[how]();
  await sleep(world.random.below(AWAY_MS));
  await server.start();
}

async function shut(world: World, which: Which): Promise<void> {
  const { proxy } = world.servers[which] as Served;
  proxy?.shut(true);
  await sleep(500 + world.random.below(AWAY_MS));
  proxy?.shut(false);
}

async function cut(world: World, which: Which): Promise<void> {
  for (let n = 0; n < 4; n++) {
    await sleep(world.random.below(700));
    world.servers[which]?.proxy?.cut();
  }
}

async function slow(world: World, which: Which): Promise<void> {
  const { proxy } = world.servers[which] as Served;
  proxy?.slow(1 + world.random.below(SLOW_MS));
  await sleep(2_000);
  proxy?.slow(0);
}

const mortal = ({ servers }: World) => servers.storeServer?.proxy !== undefined && servers.storeServer.mortal;

/** Servers that end, and connections to them that break or crawl. */
export const serverFaults = {
  'queue-stop': { title: 'Redis stopped', fits: ours('queueServer'), play: (w) => away(w, 'queueServer', 'halt') },
  'queue-kill': { title: 'Redis killed', fits: ours('queueServer'), play: (w) => away(w, 'queueServer', 'kill') },
  'store-stop': { title: 'the store stopped', fits: ours('storeServer'), play: (w) => away(w, 'storeServer', 'halt') },
  'store-kill': { title: 'the store killed', fits: mortal, play: (w) => away(w, 'storeServer', 'kill') },
  'queue-shut': { title: 'Redis out of reach', fits: ours('queueServer'), play: (w) => shut(w, 'queueServer') },
  'store-shut': { title: 'the store out of reach', fits: ours('storeServer'), play: (w) => shut(w, 'storeServer') },
  'queue-cut': { title: 'connections to Redis cut', fits: ours('queueServer'), play: (w) => cut(w, 'queueServer') },
  'store-cut': { title: 'connections to the store cut', fits: ours('storeServer'), play: (w) => cut(w, 'storeServer') },
  'queue-slow': {
    title: 'connections to Redis slowed',
    fits: ours('queueServer'),
    play: (w) => slow(w, 'queueServer'),
  },
  'store-slow': {
    title: 'connections to the store slowed',
    fits: ours('storeServer'),
    play: (w) => slow(w, 'storeServer'),
  },
} satisfies { [name: string]: Fault };
