/** What the promises rest on. Each can be switched off by a test, to show that its absence is noticed. */
export const SAFEGUARDS = [
  /** A profile is written only under the version that was read. Without it, of two writers one undoes the other (G4). */
  'version-check',
  /** PostgreSQL refuses the commits of a process that is no longer the owner. Without it two processes write (G4). */
  'epoch-check',
  /** A message is applied by the batch that claimed it. Without it a copy in another batch counts again (G3). */
  'claims',
  /** What a profile says of the messages in it. Without it a batch that died half written is applied twice (G3). */
  'marks',
  /**
   * One batch of a partition at a time, and an interrupted one first. Without it two workers have two batches of a
   * partition (Redis), or the interrupted one comes after those behind it (PostgreSQL): the order is lost (G2).
   */
  'order-guard',
  /**
   * A part ends where a device goes to another profile. Without it, of two profiles in one commit the later event can
   * be written while the earlier one is in conflict: the order of the device is lost once they are merged (G2).
   */
  'hand-over-split',
  /** Effects are in the commit of what caused them. Without it they follow on their own, and a crash loses them (G5). */
  'outbox',
  /** The lock is extended after the reads. Without it a worker that overslept applies a batch that is long done (G3). */
  'ownership-check',
  /** Who meets a frozen profile completes its merge. Without it a crash amid a merge loses what it had (G3, G10). */
  'absorb-completion',
] as const;
export type Safeguard = (typeof SAFEGUARDS)[number];

const key = Symbol.for('tributary.weaken');

/**
 * True when a test has switched this safeguard off, by its name under the symbol `tributary.weaken` of the global
 * object; false in every program that is not a test.
 */
export function weakened(safeguard: Safeguard): boolean {
  return (globalThis as { [key]?: Safeguard })[key] === safeguard;
}
