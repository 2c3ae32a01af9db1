import { createHash } from 'node:crypto';
import type { Profile } from '../profiles/profile.js';
import type { LedgerEntry } from './port.js';

/**
 * JSON text of a document. `JSON.stringify` escapes NUL and lone surrogates, so the text fits a
 * text column of any database and reads back equal.
 */
export function encode(value: unknown): string {
  return JSON.stringify(value);
}

export function decode<T>(text: string): T {
  return JSON.parse(text) as T;
}

/** Nothing that JSON escapes. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** Keys of indexes: short enough for every database (PostgreSQL ends at 2,704 bytes). */
const LONGEST_KEY = 256;

/**
 * A key as a column or an `_id` can hold it: NUL, lone surrogates, quotes and backslashes are
 * escaped, and a long one is cut and ended with its hash. Different keys stay different.
 */
export function columnKey(key: string): string {
  const text = PLAIN.test(key) ? key : JSON.stringify(key).slice(1, -1);
  if (text.length <= LONGEST_KEY) return text;
  // `\#` is no escape of JSON, so a cut key never equals a short one.
  return `${text.slice(0, 160).toWellFormed()}\\#${createHash('sha256').update(text).digest('hex')}`;
}

/** Names of the segments that a profile is in. */
export function memberOf(profile: Profile): string[] {
  return Object.entries(profile.segments).flatMap(([name, { member }]) => (member ? [name] : []));
}

type Form = { v: number };

/** From each older form to the next: `PROFILE_UPGRADES[1]` makes version 2 of version 1, and so on. */
const PROFILE_UPGRADES: { [v: number]: (older: Form) => Form } = {};
const PROFILE_FORM = 1;

/** Reads a stored profile of any form: records come without a prototype, so that any key is just a key. */
export function decodeProfile(text: string): Profile {
  return toProfile(decode<Form>(text));
}

export function decodeLedgerEntry(text: string): LedgerEntry {
  const entry = decode<LedgerEntry>(text);
  return { ...entry, frozen: toProfile(entry.frozen) };
}

function toProfile(stored: Form): Profile {
  const profile = upgrade('profile', stored, PROFILE_FORM, PROFILE_UPGRADES) as Profile;
  profile.traits = bare(profile.traits);
  profile.segments = bare(profile.segments);
  profile.consents = bare(profile.consents);
  profile.events = bare(profile.events);
  for (const count of Object.values(profile.events)) count.days = bare(count.days);
  profile.devices = bare(profile.devices);
  profile.sessions.days = bare(profile.sessions.days);
  return profile;
}

/** Brings a stored document to the form that this program writes, step by step. */
export function upgrade(
  what: string,
  stored: Form,
  current: number,
  upgrades: { [v: number]: (older: Form) => Form },
): Form {
  let document = stored;
  while (document.v !== current) {
    const step = upgrades[document.v];
    if (!step) throw new UnknownForm(what, document.v, current);
    document = step(document);
  }
  return document;
}

/** A stored document of a form that this program does not know: a newer version of it wrote it. */
export class UnknownForm extends Error {
  readonly code = 'UNKNOWN_FORM';
  override name = 'UnknownForm';
  constructor(what: string, v: number, current: number) {
    super(`A stored ${what} has form ${v}, and this version reads up to ${current}: start the version that wrote it.`);
  }
}

function bare<T>(from: { [key: string]: T }): { [key: string]: T } {
  const to = Object.create(null) as { [key: string]: T };
  // Not `Object.assign`, for the sake of the key `__proto__` in the source: its keys are own ones there.
  for (const key of Object.keys(from)) to[key] = from[key] as T;
  return to;
}
