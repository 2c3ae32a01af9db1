import { mergeCounts, mergeDays } from './counts.js';
import type { Profile } from './profile.js';
import { mergeSessions } from './sessions.js';
import { mergeTrait, newer } from './traits.js';

/**
 * The survivor takes the state of a frozen loser, its marks, its outbox and the ids that it had
 * absorbed: one write, so that a crash leaves all of it or nothing (design, "A merge").
 */
export function absorbInto(survivor: Profile, loser: Profile, ledger: string, now: string): void {
  survivor.absorbed.push({ id: loser.id, ledger, version: survivor.version }, ...loser.absorbed);
  survivor.marks.push(...loser.marks);
  survivor.outbox.push(...loser.outbox);
  for (const identifier of loser.identifiers) {
    const known = survivor.identifiers.some((i) => i.type === identifier.type && i.value === identifier.value);
    if (!known) survivor.identifiers.push(identifier);
  }
  for (const [key, trait] of Object.entries(loser.traits)) {
    survivor.traits[key] = mergeTrait(survivor.traits[key], trait);
  }
  for (const [name, segment] of Object.entries(loser.segments)) {
    survivor.segments[name] = newer(survivor.segments[name], segment);
  }
  for (const [purpose, consent] of Object.entries(loser.consents)) {
    const own = survivor.consents[purpose];
    // Of equal times the refusal holds: deny when in doubt.
    if (!own || consent.at > own.at || (consent.at === own.at && !consent.granted))
      survivor.consents[purpose] = consent;
  }
  mergeCounts(survivor.events, loser.events);
  mergeDays(survivor.sessions.days, loser.sessions.days);
  for (const [device, sessions] of Object.entries(loser.devices)) mergeSessions(survivor, device, sessions);
  if (loser.firstSeen && (!survivor.firstSeen || loser.firstSeen < survivor.firstSeen)) {
    survivor.firstSeen = loser.firstSeen;
  }
  if (loser.lastSeen > survivor.lastSeen) survivor.lastSeen = loser.lastSeen;
  if (loser.createdAt < survivor.createdAt) survivor.createdAt = loser.createdAt;
  survivor.sequence = Math.max(survivor.sequence, loser.sequence);
  survivor.updatedAt = now;
}
