import type { Commit } from '../storage/port.js';
import { weakened } from '../telemetry/weakened.js';

interface HandedOver {
  commit: Commit;
  /** What is left to hand over of profiles that were not in conflict. */
  late?(conflicts: readonly string[]): Commit;
}

/** The commit of a part. Without the safeguard `outbox`, its effects come late: in a commit of their own, behind it. */
export function handedOver(commit: Commit): HandedOver {
  if (!weakened('outbox') || commit.outbox.length === 0) return { commit };
  const profiles = commit.profiles.map((profile) => ({ ...profile, outbox: [] }));
  const { batch, partition } = commit;
  const rest = { batch, partition, profiles: [], events: [], runs: [], quarantine: [], deadLetters: [] };
  return {
    commit: { ...commit, profiles, outbox: [] },
    late: (conflicts) => ({ ...rest, outbox: commit.outbox.filter(({ profile }) => !conflicts.includes(profile)) }),
  };
}
