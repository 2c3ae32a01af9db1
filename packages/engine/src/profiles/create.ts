import type { Profile } from './profile.js';
import { record } from './record.js';

/** A profile at version 0: nothing of it is stored yet. */
export function emptyProfile(id: string, now: string): Profile {
  return {
    v: 1,
    id,
    version: 0,
    createdAt: now,
    updatedAt: now,
    identifiers: [],
    traits: record(),
    segments: record(),
    consents: record(),
    firstSeen: '',
    lastSeen: '',
    events: record(),
    devices: record(),
    sessions: { days: record() },
    sequence: 0,
    marks: [],
    outbox: [],
    absorbed: [],
  };
}
