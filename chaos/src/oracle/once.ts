import { isPoison, type Sent } from '../workload/types.js';
import { emittedId } from './effects.js';
import type { People, Person } from './identity.js';
import type { Finding, Observed, ObservedProfile } from './observed.js';
import { appliedCopy } from './order.js';

/** Which copy of each message was applied; of a message that nobody has, the one that came first. */
export function appliedOf(observed: Observed, copies: ReadonlyMap<string, Sent[]>): Sent[] {
  const applied = new Map<string, Sent>();
  for (const { timeline } of observed.profiles) {
    for (const stored of timeline) {
      const sent = stored.emitted ? undefined : appliedCopy(stored, copies);
      if (sent && !applied.has(sent.call.messageId)) applied.set(sent.call.messageId, sent);
    }
  }
  for (const [messageId, [first]] of copies) {
    if (first && !first.bad && !isPoison(first.call) && !applied.has(messageId)) applied.set(messageId, first);
  }
  return [...applied.values()];
}

/** G1 and G3: every accepted message, and what flows emitted for it, is in its person's timeline once, and nowhere else. */
export function checkOnce(
  people: People,
  pairs: ReadonlyMap<Person, ObservedProfile>,
  { profiles, quarantine }: Observed,
  copies: ReadonlyMap<string, Sent[]>,
): Finding[] {
  const findings: Finding[] = [];
  const found = new Map<string, ObservedProfile[]>();
  for (const profile of profiles) {
    for (const { event } of profile.timeline) {
      found.set(event.messageId, [...(found.get(event.messageId) ?? []), profile]);
    }
  }
  const expect = (messageId: string, person: Person) => {
    const places = found.get(messageId) ?? [];
    found.delete(messageId);
    if (places.length === 0) findings.push({ promise: 'G1', what: `${messageId} of ${person.name} is lost` });
    if (places.length > 1) findings.push({ promise: 'G3', what: `${messageId} was applied ${places.length} times` });
    const profile = pairs.get(person);
    if (profile && places.some((place) => place !== profile))
      findings.push({ promise: 'identity', what: `${messageId} of ${person.name} is in another timeline` });
  };
  for (const person of people.persons) {
    for (const { call } of person.calls) {
      expect(call.messageId, person);
      if (call.event === 'Order Completed') expect(emittedId(call.messageId), person);
    }
  }
  for (const messageId of found.keys()) findings.push({ promise: 'G3', what: `${messageId} was never accepted` });
  return [...findings, ...checkQuarantine(quarantine, copies)];
}

function checkQuarantine(quarantine: Observed['quarantine'], copies: ReadonlyMap<string, Sent[]>): Finding[] {
  const findings: Finding[] = [];
  const kept = new Map<string, number>();
  for (const { messageId } of quarantine) kept.set(messageId, (kept.get(messageId) ?? 0) + 1);
  for (const [messageId, [first]] of copies) {
    if (!first?.bad) continue;
    const times = kept.get(messageId) ?? 0;
    kept.delete(messageId);
    if (times === 0) findings.push({ promise: 'G1', what: `${messageId} is not in quarantine` });
    if (times > 1) findings.push({ promise: 'G3', what: `${messageId} is in quarantine ${times} times` });
  }
  for (const messageId of kept.keys()) findings.push({ promise: 'G7', what: `${messageId} is in quarantine` });
  return findings;
}
