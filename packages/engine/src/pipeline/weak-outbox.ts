import type { Commit } from '../storage/port.js';
import { weakened } from '../telemetry/weakened.js';

/** The commit of a part. Without the safeguard `outbox`, its effects are `late`: a commit of their own, behind it. */
export function handedOver(commit: Commit): { commit: Commit; late?: Commit } {
  if (!weakened('outbox') || commit.outbox.length === 0) return { commit };
  const profiles = commit.profiles.map((profile) => ({ ...profile, outbox: [] }));
  const { batch, partition, outbox } = commit;
  const late = { batch, partition, profiles: [], events: [], outbox, runs: [], quarantine: [], deadLetters: [] };
  return { commit: { ...commit, profiles, outbox: [] }, late };
}
