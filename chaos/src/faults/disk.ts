import { setTimeout as sleep } from 'node:timers/promises';
import type { Place } from '../deployment/place.js';
import type { Fault } from './world.js';

const FULL_MS = 5_000;
const TELL_MS = 30_000;

/** The disk below the embedded store. */
export const diskFaults = {
  'disk-full': {
    title: 'the disk of the data folder full',
    fits: ({ servers }) => servers.disk !== undefined,
    async play({ servers, deployment: { places }, complain }) {
      const [place] = places as [Place];
      await place.ready();
      servers.disk?.fill();
      const told = await saysWhy(place);
      await sleep(FULL_MS);
      servers.disk?.free();
      if (!told) complain('G1', `the disk was full, and nothing said so. Last words: ${place.said.slice(-300)}`);
      await place.ready();
    },
  },
} satisfies { [name: string]: Fault };

async function saysWhy(place: Place): Promise<boolean> {
  const from = place.heard.length;
  const deadline = Date.now() + TELL_MS;
  while (Date.now() < deadline) {
    if (/the disk of the database is full/i.test(place.heard.slice(from))) return true;
    await sleep(50);
  }
  return false;
}
