import type { EventCount, Profile } from './profile.js';
import { record } from './record.js';

/** Days that are kept apart; older ones are added up in the bucket `older`. */
const KEPT_DAYS = 400;
/** Event names that are counted apart in one profile; further ones are counted as `(other)`. */
const KEPT_NAMES = 500;

export function countEvent(profile: Profile, name: string, at: string): void {
  const key = name in profile.events || Object.keys(profile.events).length < KEPT_NAMES ? name : '(other)';
  const day = at.slice(0, 10);
  const counted = profile.events[key];
  if (!counted) {
    profile.events[key] = { days: record([[day, 1]]), first: at, last: at };
    return;
  }
  counted.days[day] = (counted.days[day] ?? 0) + 1;
  if (at < counted.first) counted.first = at;
  if (at > counted.last) counted.last = at;
  foldDays(counted.days);
}

/** Adds the counts of another profile: the order of merges does not matter. */
export function mergeCounts(into: { [name: string]: EventCount }, from: { [name: string]: EventCount }): void {
  for (const [name, other] of Object.entries(from)) {
    const own = into[name];
    if (!own) {
      into[name] = { ...other, days: record(Object.entries(other.days)) };
      continue;
    }
    mergeDays(own.days, other.days);
    if (other.first < own.first) own.first = other.first;
    if (other.last > own.last) own.last = other.last;
  }
}

export function mergeDays(into: { [day: string]: number }, from: { [day: string]: number }): void {
  for (const [day, n] of Object.entries(from)) into[day] = (into[day] ?? 0) + n;
  foldDays(into);
}

export function total(days: { [day: string]: number }): number {
  let sum = 0;
  for (const day in days) sum += days[day] as number;
  return sum;
}

function foldDays(days: { [day: string]: number }): void {
  const names = Object.keys(days);
  if (names.length <= KEPT_DAYS) return;
  const dated = names.filter((day) => day !== 'older').sort();
  for (const day of dated.slice(0, dated.length - KEPT_DAYS + 1)) {
    days.older = (days.older ?? 0) + (days[day] as number);
    delete days[day];
  }
}
