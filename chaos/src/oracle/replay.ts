import { isDeepStrictEqual } from 'node:util';
import { keyOf, type Sent } from '../workload/types.js';
import type { People, Person } from './identity.js';
import { Model, type Stamped, sessionsOf } from './model.js';
import type { Finding, ObservedProfile, ObservedTrait, Promised } from './observed.js';
import { appliedCopy } from './order.js';

/** Replays what each person's profile says it took, in the order of the stored sequence, and compares the outcome. */
export function checkStates(
  people: People,
  pairs: ReadonlyMap<Person, ObservedProfile>,
  copies: ReadonlyMap<string, Sent[]>,
): Finding[] {
  const findings: Finding[] = [];
  for (const person of people.persons) {
    const profile = pairs.get(person);
    if (!profile) continue;
    const say = (promise: Promised, what: string) => findings.push({ promise, what: `${person.name}: ${what}` });
    compare(replay(person, profile, copies), profile, say);
    checkLedger(profile, say);
  }
  return findings;
}

/**
 * Profile id by profile id, each in its own sequence. Of equal times the one that its profile took later holds; they
 * come under one key only, so between two profiles that were merged the one that was accepted later is the later one.
 */
function replay(person: Person, profile: ObservedProfile, copies: ReadonlyMap<string, Sent[]>): Model {
  const model = new Model();
  const mine = new Set(person.calls);
  const last = new Map<string, number>();
  for (const stored of [...profile.timeline].sort((a, b) => a.sequence - b.sequence)) {
    const sent = stored.emitted ? undefined : appliedCopy(stored, copies);
    if (!sent || !mine.has(sent)) continue;
    const key = `${stored.profile}/${keyOf(sent.call)}`;
    const order = Math.max(last.get(key) ?? -1, sent.place);
    last.set(key, order);
    model.apply(sent.call, order);
  }
  return model;
}

function compare(model: Model, profile: ObservedProfile, say: (promise: Promised, what: string) => void): void {
  const equal = (promise: Promised, name: string, is: unknown, should: unknown) => {
    if (!isDeepStrictEqual(plain(is), plain(should)))
      say(promise, `${name} is ${JSON.stringify(is)}, should be ${JSON.stringify(should)}`);
  };
  const seen = Object.fromEntries(model.counts);
  // What is counted more often than it is stored was applied twice; what is stored and not counted was written over.
  const times = total(profile.events) < total(seen) ? 'G4' : 'G3';
  equal('G4', 'firstSeen', profile.firstSeen, model.firstSeen);
  equal('G4', 'lastSeen', profile.lastSeen, model.lastSeen);
  equal(times, 'events', profile.events, seen);
  compareSessions(model, profile, equal);
  const messages = new Map(profile.timeline.map(({ event }) => [event.id, event.messageId]));
  const { traits } = profile;
  const shown = (trait: ObservedTrait) => ({
    value: trait.value,
    at: trait.at,
    by: { messageId: messages.get(trait.by.event), ...(trait.by.flow !== undefined && { flow: trait.by.flow }) },
  });
  for (const [key, { order: _, ...should }] of model.traits) {
    equal('G9', `trait ${key}`, traits[key] && shown(traits[key]), should);
  }
  for (const [key, should] of model.sums) {
    const is = traits[key]?.value;
    const less = typeof is !== 'number' || is < should.value;
    equal(less ? 'G4' : 'G3', `sum ${key}`, traits[key] && { value: traits[key].value, at: traits[key].at }, should);
  }
  for (const key of Object.keys(traits)) {
    if (!model.traits.has(key) && !model.sums.has(key)) say('G9', `trait ${key} came from nowhere`);
  }
  const segments = mapped(profile.segments, ({ at, member }) => ({ at, value: member }));
  equal('G9', 'segments', segments, stamps(model.segments));
  const consents = mapped(profile.consents, ({ at, granted }) => ({ at, value: granted }));
  equal('G9', 'consents', consents, stamps(model.consents));
}

function total(counts: ObservedProfile['events']): number {
  return Object.values(counts)
    .flatMap(({ days }) => Object.values(days))
    .reduce((sum, n) => sum + n, 0);
}

function compareSessions(
  model: Model,
  profile: ObservedProfile,
  equal: (promise: Promised, name: string, is: unknown, should: unknown) => void,
): void {
  const days: { [day: string]: number } = {};
  const devices: ObservedProfile['devices'] = {};
  for (const [device, times] of model.devices) {
    const sessions = sessionsOf(times);
    devices[device] = sessions;
    for (const { startedAt } of sessions) days[startedAt.slice(0, 10)] = (days[startedAt.slice(0, 10)] ?? 0) + 1;
  }
  const shown = mapped(profile.devices, (sessions) =>
    sessions.map(({ startedAt, lastAt, events }) => ({ startedAt, lastAt, events })),
  );
  equal('G3', 'sessions', shown, devices);
  equal('G3', 'sessions by day', profile.sessions.days, days);
}

/** G10: every merge has its entry in the ledger. */
function checkLedger(profile: ObservedProfile, say: (promise: Promised, what: string) => void): void {
  const ledger = new Set(profile.ledger);
  for (const { id, ledger: entry } of profile.absorbed) {
    if (!ledger.has(entry)) say('G10', `the merge of ${id} has no entry ${entry} in the ledger`);
  }
}

function stamps<T>(map: ReadonlyMap<string, Stamped<T>>): { [key: string]: { at: string; value: T } } {
  return Object.fromEntries([...map].map(([key, { at, value }]) => [key, { at, value }]));
}

function mapped<T, R>(record: { [key: string]: T }, to: (value: T) => R): { [key: string]: R } {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, to(value)]));
}

/** Without prototypes and other things that are no part of the data. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
