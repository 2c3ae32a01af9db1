import { setTimeout as sleep } from 'node:timers/promises';
import type { Mood } from '../deployment/receiver.js';
import type { Fault, World } from './world.js';

const SHORT_MS = 2_500;
/** So long somebody is waited for who calls meanwhile. */
const LONGEST_MS = 5_000;
const HOUR = 3_600_000;

function mood(title: string, as: Exclude<Mood, 'well' | 'dead'>): Fault {
  return {
    title: `the receiver of webhooks ${title}`,
    fits: () => true,
    async play({ receiver }) {
      const before = receiver.refused[as];
      receiver.mood = as;
      await sleep(SHORT_MS);
      const deadline = Date.now() + LONGEST_MS;
      while (receiver.refused[as] === before && Date.now() < deadline) await sleep(50);
      receiver.mood = 'well';
    },
  };
}

async function jump({ deployment, servers, random }: World, sign: 1 | -1): Promise<void> {
  const hours = 1 + random.below(5);
  const roles =
    servers.store === 'embedded' ? ['start'] : random.pick([['worker'], ['api'], ['api', 'worker', 'scheduler']]);
  deployment.control.setClock(Object.fromEntries(roles.map((role) => [role, sign * hours * HOUR])));
  await sleep(SHORT_MS);
  deployment.control.setClock({});
}

/** What is around: a receiver of webhooks in a bad way, a clock that jumps. */
export const outsideFaults = {
  'hook-dead': {
    title: 'the receiver of webhooks is dead',
    fits: () => true,
    async play({ receiver }) {
      await receiver.die();
      await sleep(SHORT_MS);
      await receiver.revive();
    },
  },
  'hook-slow': mood('is slow', 'slow'),
  'hook-500': mood('answers 500', '500'),
  'hook-429': mood('answers 429', '429'),
  'hook-garbage': mood('answers garbage', 'garbage'),
  'clock-forward': {
    title: 'the clock jumps hours forward and back again',
    fits: () => true,
    play: (world) => jump(world, 1),
  },
  'clock-back': {
    title: 'the clock jumps hours back and forward again',
    fits: () => true,
    play: (world) => jump(world, -1),
  },
} satisfies { [name: string]: Fault };
