import { judge } from '../oracle/judge.js';
import type { Finding, Observed } from '../oracle/observed.js';
import { leaveOut } from '../smaller/leave-out.js';
import type { Sent } from '../workload/types.js';

/** So often the slice is judged again; what is left then is small enough to be read. */
const TRIES = 300;

export interface Evidence {
  sent: readonly Sent[];
  observed: Observed;
  again: number;
}

/**
 * The events that lead to a finding: those of the household that it speaks of (households share nothing), and of those
 * only the ones without which the oracle, given the same outcome, would not say the same. Empty where a finding is
 * about a sum over everybody.
 */
export function shrink({ sent, observed, again }: Evidence, finding: Finding): Sent[] {
  const household = householdOf(finding.what, sent, observed);
  if (household === undefined) return [];
  const all = sent.filter(({ call }) => call.messageId.startsWith(household));
  let kept = [...new Set(all.map(({ call }) => call.messageId))];
  const says = (ids: readonly string[]): boolean => {
    const slice = sliceOf(all, observed, new Set(ids));
    return judge(slice.sent, slice.observed, again).some(
      ({ promise, what }) => promise === finding.promise && what === finding.what,
    );
  };
  // What was seen while it ran is not in what is left.
  if (!says(kept)) return [];
  const shorter = leaveOut(kept);
  let step = shorter.next();
  for (let tries = 0; !step.done && tries < TRIES; tries++) {
    const less = step.value;
    const same = says(less);
    if (same) kept = less;
    step = shorter.next(same);
  }
  const ids = new Set(kept);
  return all.filter(({ call }) => ids.has(call.messageId));
}

/** The beginning of the ids of all messages of a household: `m12-`. */
function householdOf(what: string, sent: readonly Sent[], { profiles }: Observed): string | undefined {
  const direct = /\bm\d+-(?=\d|poison)/.exec(what)?.[0];
  if (direct) return direct;
  const named = new Set(what.match(/\b(?:user|old|device|shared)-\d+(?:-\d+)?/g));
  const call = sent.find(({ call: { anonymousId = '', userId = '' } }) => named.has(anonymousId) || named.has(userId));
  const profile = profiles.find(({ id }) => what.includes(id));
  const messageId = call?.call.messageId ?? profile?.timeline[0]?.event.messageId ?? '';
  return /\bm\d+-/.exec(messageId)?.[0];
}

/** What was sent and what was seen of these messages alone. */
function sliceOf(sent: readonly Sent[], observed: Observed, ids: ReadonlySet<string>) {
  // An effect is named by source, message, flow.
  const has = (id: string) => ids.has(id) || ids.has(id.split(':')[1] ?? '');
  const profiles = observed.profiles.flatMap((profile) => {
    const timeline = profile.timeline.filter(({ event }) => has(event.messageId));
    return timeline.length > 0 ? [{ ...profile, timeline }] : [];
  });
  const slice: Observed = {
    ...observed,
    profiles,
    quarantine: observed.quarantine.filter(({ messageId }) => has(messageId)),
    deadLetters: observed.deadLetters.filter(({ event }) => has(event.messageId)),
    deliveries: observed.deliveries.filter(({ id }) => has(id)),
    hooks: observed.hooks.filter(({ of }) => has(of)),
  };
  return { sent: sent.filter(({ call }) => ids.has(call.messageId)), observed: slice };
}

/** A call in a line. */
export function lineOf({ call, place, client }: Sent): string {
  const who = [call.anonymousId, call.userId].filter(Boolean).join(' / ');
  const what = call.event ?? call.type;
  return `${call.messageId} (client ${client}, place ${place}): ${what} of ${who} at ${call.timestamp}`;
}
