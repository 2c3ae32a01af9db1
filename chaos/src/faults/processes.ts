import { setTimeout as sleep } from 'node:timers/promises';
import { LOCK_MS } from '../deployment/deployment.js';
import type { Place, Role } from '../deployment/place.js';
import type { Fault, World } from './world.js';

const placesOf = ({ deployment }: World, role: Role): Place[] =>
  deployment.places.filter((place) => place.role === role || place.role === 'start');
const several = ({ servers }: World) => servers.store !== 'embedded';

async function killOne(world: World, role: Role): Promise<void> {
  const place = world.random.pick(placesOf(world, role));
  // A kill shall hit work, not the beginning of a process.
  await place.ready();
  await sleep(world.random.below(700));
  await place.kill();
  await place.ready();
}

async function stallOne(world: World, role: Role): Promise<void> {
  const place = world.random.pick(placesOf(world, role));
  await place.ready();
  await sleep(world.random.below(300));
  await place.stall(2 * LOCK_MS);
}

async function blockOne(world: World, role: Role): Promise<void> {
  const place = world.random.pick(placesOf(world, role));
  await place.ready();
  await sleep(world.random.below(300));
  await place.block();
  await place.ready();
}

/** Processes of the program that die, or stand still for longer than they own anything. */
export const processFaults = {
  'kill-worker': { title: 'a worker killed', fits: several, play: (world) => killOne(world, 'worker') },
  'kill-api': { title: 'an api killed', fits: several, play: (world) => killOne(world, 'api') },
  'kill-scheduler': { title: 'the scheduler killed', fits: several, play: (world) => killOne(world, 'scheduler') },
  'kill-all': {
    title: 'every process killed at once',
    fits: () => true,
    async play({ deployment, random }) {
      await deployment.ready();
      await sleep(random.below(700));
      await Promise.all(deployment.places.map((place) => place.kill()));
      await deployment.ready();
    },
  },
  'kill-supervised': {
    title: 'the process under the supervisor killed',
    fits: (world) => !several(world),
    async play({ deployment: { places }, random }) {
      for (const place of places) {
        await place.ready();
        await sleep(random.below(700));
        place.killWork();
        await place.ready();
      }
    },
  },
  'stop-worker': {
    title: 'a worker told to stop while the store is out of reach',
    fits: several,
    // What comes in this round stays in somebody's hands.
    async before(world) {
      for (const place of placesOf(world, 'worker')) await place.ready();
      world.servers.storeServer?.proxy?.shut(true);
    },
    async play(world) {
      const workers = placesOf(world, 'worker');
      const first = world.random.below(workers.length);
      const stopped: Place[] = [];
      // One that does not lead may have no batch in its hands to give back: then the next one is told.
      while (stopped.length === 0 || (stopped.length < workers.length && world.missed('job:before-give-back'))) {
        const place = workers[(first + stopped.length) % workers.length] as Place;
        await sleep(500 + world.random.below(500));
        await place.stop();
        stopped.push(place);
      }
      world.servers.storeServer?.proxy?.shut(false);
      for (const place of stopped) {
        place.resume();
        await place.ready();
      }
    },
  },
  'stop-all': {
    title: 'the program told to stop, and started again',
    fits: (world) => !several(world),
    async play({ deployment: { places }, random, missed }) {
      // Whether it has a batch in work then is for chance to say.
      for (let tries = 0; tries === 0 || (tries < 3 && missed('job:before-give-back')); tries++) {
        for (const place of places) {
          await place.ready();
          await sleep(200 + random.below(500));
          await place.stop();
          place.resume();
          await place.ready();
        }
      }
    },
  },
  'stall-worker': {
    title: 'a worker stopped for longer than its locks',
    fits: () => true,
    play: (world) => stallOne(world, 'worker'),
  },
  'block-worker': {
    title: 'a worker whose event loop is blocked for longer than its locks',
    // The embedded program has a lock of half a minute.
    fits: several,
    play: (world) => blockOne(world, 'worker'),
  },
  'stall-api': { title: 'an api stopped for a while', fits: several, play: (world) => stallOne(world, 'api') },
} satisfies { [name: string]: Fault };
