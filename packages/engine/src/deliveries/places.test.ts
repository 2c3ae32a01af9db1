import { expect, it } from 'vitest';
import { Places } from './places.js';

it('gives a destination the next half of its places when half of them are free', () => {
  let room = 0;
  const places = new Places({ perDestination: 4, destinations: 10 }, () => room++);
  const back = Array.from({ length: 2 }, () => places.take('a'));
  expect(places.full()).toEqual([]);
  back.push(places.take('a'), places.take('a'));
  expect(places.full()).toEqual(['a']);
  expect(places.room()).toBe(9);
  back[0]?.();
  back[0]?.();
  expect([places.full(), room]).toEqual([['a'], 0]);
  back[1]?.();
  expect([places.full(), room]).toEqual([[], 1]);
});

it('has room for so many destinations, and says when there is some again', () => {
  let room = 0;
  const places = new Places({ perDestination: 4, destinations: 2 }, () => room++);
  const back = ['a', 'b'].map((destination) => places.take(destination));
  expect(places.room()).toBe(0);
  back[1]?.();
  expect([places.room(), room]).toEqual([2, 1]);
});

it('says whether one more call is free, of all places or of half of them', () => {
  const places = new Places({ perDestination: 4, destinations: 2 }, () => undefined);
  const free = (destination: string) => [places.isFree(destination, 'half'), places.isFree(destination, 'all')];
  const back = [places.take('a')];
  expect(free('a')).toEqual([true, true]);
  back.push(places.take('a'));
  expect(free('a')).toEqual([false, true]);
  back.push(places.take('a'), places.take('a'));
  expect([free('a'), places.busy('a')]).toEqual([[false, false], 4]);
  places.take('b');
  expect(free('c')).toEqual([false, false]);
  expect([back[0]?.(), back[0]?.(), places.busy('a')]).toEqual([true, false, 3]);
});
