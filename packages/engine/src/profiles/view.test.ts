import { expect, it } from 'vitest';
import { aProfile } from '../storage/contract/builders.js';
import { leftBehind } from '../testing/left-behind.js';
import { viewOf } from './view.js';

it('has its parts as properties of its own, and makes each once', () => {
  const view = viewOf(aProfile());
  expect(Object.keys(view)).toEqual([
    ...['id', 'identifiers', 'traits', 'events', 'segments', 'sessions', 'firstSeen', 'lastSeen'],
  ]);
  expect(view.traits).toBe(view.traits);
  expect({ ...view }).toEqual(JSON.parse(JSON.stringify(view)));
});

it('lets go of its profile', async () => {
  const large = Buffer.alloc(10_000, 'x');
  const view = () => viewOf({ ...aProfile(), id: large.toString() }).traits;
  expect(await leftBehind(500, view)).toBeLessThan(2_000);
});
