import type { Json } from '@tributary/sdk';
import type { Origin, Profile, Trait } from './profile.js';

/** True when a value of `at` by `by` goes over the one that is there: newer, or of equal time and later applied (G9). */
function goesOver(there: { at: string } | undefined, at: string): boolean {
  return there === undefined || at >= there.at;
}

/** A sum as JSON can hold it: one that is too large would be stored as `null`. */
function sum(a: number, b: number): number {
  return Math.min(Math.max(a + b, -Number.MAX_VALUE), Number.MAX_VALUE);
}

export function setTrait(profile: Profile, key: string, value: Json, at: string, by: Origin): void {
  if (goesOver(profile.traits[key], at)) profile.traits[key] = { value, at, by };
}

export function unsetTrait(profile: Profile, key: string, at: string, by: Origin): void {
  if (goesOver(profile.traits[key], at)) profile.traits[key] = { value: null, at, by, gone: true };
}

/** Adds, in whatever order the events come; a value that is no number counts as 0. */
export function incrementTrait(profile: Profile, key: string, n: number, at: string, by: Origin): void {
  const there = profile.traits[key];
  const base = there && !there.gone && typeof there.value === 'number' ? there.value : 0;
  const later = there && there.at > at ? there.at : at;
  profile.traits[key] = { value: sum(base, n), at: later, by, added: true };
}

export function setSegment(profile: Profile, name: string, member: boolean, at: string, by: Origin): void {
  if (goesOver(profile.segments[name], at)) profile.segments[name] = { at, by, member };
}

/** Of two values in a merge: the newer; of equal time the one of the event that was accepted later. */
export function newer<T extends { at: string; by: Origin }>(a: T | undefined, b: T): T {
  if (!a || b.at > a.at) return b;
  if (b.at < a.at) return a;
  return b.by.event > a.by.event ? b : a;
}

/** Two numbers that were added up are one sum; else the newer value holds. */
export function mergeTrait(a: Trait | undefined, b: Trait): Trait {
  const won = newer(a, b);
  if (a?.added && b.added && typeof a.value === 'number' && typeof b.value === 'number') {
    return { ...won, value: sum(a.value, b.value) };
  }
  return won;
}
