import type { CompiledFlow, MissingFlow } from '../flows/index.js';
import type { ExtraIdentifier, ResolveItem } from '../identity/plan.js';
import type { Resolution } from '../identity/resolve.js';
import { identifierKey } from '../identity/rules.js';
import type { Placed } from './claim.js';
import type { PipelineContext } from './context.js';
import { eventOf } from './items.js';
import type { PartWork } from './work.js';

/** Outbox bytes of one profile in one commit (design, "The commit"). */
export const OUTBOX_BYTES = 1024 * 1024;
/** Identifiers that flows ask for can lead to others: so often are items computed again for them. */
export const IDENTIFY_ROUNDS = 10;

/** Identifiers that flows have asked for, by the place of the item. */
export type Extra = Map<number, ExtraIdentifier[]>;

export function resolveItems(items: readonly Placed[], extra: Extra): ResolveItem[] {
  return items.map(({ index, item }) => ({
    index,
    event: eventOf(item),
    extra: extra.get(index) ?? [],
    ...(item.kind === 'emitted' && { profile: item.profile }),
    ...(item.kind === 'resume' && { profile: item.resume.profile }),
  }));
}

/** True when flows asked for identifiers that were not yet taken into account. */
export function addExtra(extra: Extra, work: PartWork): boolean {
  let added = false;
  for (const [index, wanted] of work.wanted) {
    const known = extra.get(index) ?? [];
    for (const identifier of wanted) {
      if (known.some((k) => identifierKey(k) === identifierKey(identifier) && k.force >= identifier.force)) continue;
      known.push(identifier);
      added = true;
    }
    extra.set(index, known);
  }
  return added;
}

/**
 * The first item whose partition key went to another profile earlier among these; -1 when there is none. Profiles are
 * written each for itself: in one commit, the later event could be written while the earlier one is in conflict, and
 * come before it once the two profiles are merged (G2).
 */
export function firstHandOver(items: readonly Placed[], resolution: Resolution): number {
  const profiles = new Map<string, string>();
  for (const [at, { index, item }] of items.entries()) {
    if (item.kind !== 'event' && item.kind !== 'replay') continue;
    const key = item.event.anonymousId ?? (item.event.userId as string);
    const profile = resolution.profileOf(index);
    const before = profiles.get(key);
    if (before !== undefined && before !== profile) return at;
    profiles.set(key, profile);
  }
  return -1;
}

/** Flow versions of the runs that go on among these, by `flow@version`. */
export async function flowVersions(
  context: PipelineContext,
  items: readonly Placed[],
): Promise<Map<string, CompiledFlow | MissingFlow>> {
  const versions = new Map<string, CompiledFlow | MissingFlow>();
  for (const { item } of items) {
    if (item.kind !== 'resume') continue;
    const { flow, version } = item.resume.run;
    const key = `${flow}@${version}`;
    if (versions.has(key)) continue;
    const found = await context.flows.version(flow, version);
    if (found) versions.set(key, found);
  }
  return versions;
}
