import { keyOf, type Sent } from '../workload/types.js';
import type { Finding, Observed, ObservedEvent } from './observed.js';

/**
 * G2: under each partition key, the events that one profile id took are stored in the order in which they were
 * accepted; and of copies under one key the one that was accepted first is the one that was applied.
 */
export function checkOrder(observed: Observed, copies: ReadonlyMap<string, Sent[]>): Finding[] {
  const findings: Finding[] = [];
  const last = new Map<string, { place: number; messageId: string }>();
  const sequences = new Set<string>();
  for (const profile of observed.profiles) {
    for (const stored of [...profile.timeline].sort((a, b) => a.sequence - b.sequence)) {
      const place = `${stored.profile}/${stored.sequence}`;
      if (sequences.has(place)) findings.push({ promise: 'G4', what: `two events have the place ${place}` });
      sequences.add(place);
      if (stored.emitted) continue;
      const sent = appliedCopy(stored, copies);
      if (!sent) continue;
      const key = keyOf(sent.call);
      const { messageId } = sent.call;
      const before = last.get(`${stored.profile}/${key}`);
      if (before && before.place >= sent.place) {
        const what = `under the key ${key}, ${messageId} was accepted before ${before.messageId}, and applied after it`;
        findings.push({ promise: 'G2', what });
      }
      last.set(`${stored.profile}/${key}`, { place: sent.place, messageId });
      const first = copies.get(messageId)?.find((copy) => keyOf(copy.call) === key);
      if (first !== sent)
        findings.push({ promise: 'G2', what: `of ${messageId} a later copy under ${key} was applied` });
    }
  }
  return findings;
}

/** The accepted call that a stored event is. */
export function appliedCopy({ event }: ObservedEvent, copies: ReadonlyMap<string, Sent[]>): Sent | undefined {
  return copies.get(event.messageId)?.find(({ call, bad }) => !bad && call.context.copy === event.context.copy);
}
