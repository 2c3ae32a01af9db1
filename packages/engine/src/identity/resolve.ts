import { newUuid } from '../events/ids.js';
import type { Profile } from '../profiles/profile.js';
import type { CommitStore, IdentifierDoc } from '../storage/port.js';
import { crashPoint } from '../telemetry/crash-point.js';
import { Directory } from './directory.js';
import { mergeProfiles } from './merge.js';
import { MergeNeeded, Plan, type ResolveItem } from './plan.js';
import { eventIdentifiers, type Identifier, type IdentityRules, identifierKey } from './rules.js';

export interface ResolveInput {
  store: CommitStore;
  rules: IdentityRules;
  batch: string;
  /** Place in the batch of the first item of this part. */
  from: number;
  items: readonly ResolveItem[];
  /**
   * Rejects when the batch is somebody else's by now. Asked after the reads and before people are merged or an identifier
   * changes hands: what others have done since is either read or makes the compare-and-set fail.
   */
  confirm?(): Promise<void>;
}

export interface PlainInput extends ResolveInput {
  /** Nothing may be merged, and no identifier change hands: the first item that asks for it is named. */
  isPlain: true;
  /** What was read already. */
  directory: Directory;
}

export interface Refusal {
  /** Place of the item that is not plain. Nothing was changed in the directory. */
  refused: number;
}

export interface Resolution {
  directory: Directory;
  /** Root profile of each item, by its place in the batch. */
  profileOf(index: number): string;
  identifiersOf(index: number): Identifier[];
  /** True when this identifier is this profile's. */
  owns(profile: string, identifier: Identifier): boolean;
}

/**
 * Step 3 of the commit: whose is each event? Claims what is free, merges what is one person,
 * and answers from stored facts only: whatever it decided stands when the batch is repeated.
 */
export async function resolve(input: PlainInput): Promise<Resolution | Refusal>;
export async function resolve(input: ResolveInput): Promise<Resolution>;
export async function resolve(input: ResolveInput & Partial<PlainInput>): Promise<Resolution | Refusal> {
  const { store, rules, batch, from, items, confirm, isPlain, directory = new Directory(store, rules) } = input;
  const ids = new Map<string, string>();
  const newId = (key: string) => ids.get(key) ?? (ids.set(key, newUuid()).get(key) as string);
  await directory.loadIdentifiers(keysOf(items, rules));
  for (let tries = 0; tries < 1_000; tries++) {
    await directory.loadProfiles(namedProfiles(directory, items));
    const plan = new Plan(directory, rules, batch, from, newId);
    const stop = take(plan, items, isPlain);
    if (stop && isPlain) return { refused: stop.index };
    if (stop?.merge) {
      await mergeProfiles(directory, stop.merge, confirm);
      continue;
    }
    if (plan.moves.size > 0) await confirm?.();
    if (!(await claim(directory, plan)) || !(await move(directory, plan))) continue;
    return {
      directory,
      profileOf: (index) => plan.people.find(plan.profileOf.get(index) as string),
      identifiersOf: (index) => plan.identifiersOf.get(index) ?? [],
      owns: (profile, identifier) => plan.owner(identifier) === profile,
    };
  }
  throw new Error('Identities did not settle: other workers keep changing them.');
}

/** Plans item by item; answers the first that asks for a merge, or, where all must be plain, for a move. */
function take(plan: Plan, items: readonly ResolveItem[], isPlain = false) {
  for (const item of items) {
    try {
      plan.take(item);
    } catch (error) {
      if (!(error instanceof MergeNeeded)) throw error;
      return { index: item.index, merge: error };
    }
    if (isPlain && plan.moves.size > 0) return { index: item.index };
  }
  return undefined;
}

/** The profiles that these items can be in by what is stored; nothing is decided. */
export async function profilesNear(
  store: CommitStore,
  rules: IdentityRules,
  items: readonly ResolveItem[],
): Promise<Iterable<Profile>> {
  const directory = new Directory(store, rules);
  await directory.loadIdentifiers(keysOf(items, rules));
  await directory.loadProfiles(namedProfiles(directory, items));
  return directory.profiles.values();
}

/** The identifiers that decide whose these items are. */
export function* keysOf(items: readonly ResolveItem[], rules: IdentityRules): Generator<string> {
  for (const { event, extra, profile } of items) {
    if (!profile) for (const identifier of eventIdentifiers(rules, event)) yield identifierKey(identifier);
    for (const identifier of extra) yield identifierKey(identifier);
    if (event.type === 'alias' && event.previousId) {
      yield identifierKey({ type: 'userId', value: event.previousId });
      yield identifierKey({ type: 'anonymousId', value: event.previousId });
    }
  }
}

function* namedProfiles(directory: Directory, items: readonly ResolveItem[]): Generator<string> {
  for (const { profile } of items) if (profile) yield profile;
  for (const doc of directory.identifiers.values()) {
    yield doc.profile;
    if (doc.moves) {
      yield doc.moves.base;
      for (const step of doc.moves.steps) yield step.profile;
    }
  }
}

/** False when somebody else was quicker with one of them: the directory knows then, and the plan is made again. */
async function claim(directory: Directory, plan: Plan): Promise<boolean> {
  if (plan.claims.size === 0) return true;
  const docs: IdentifierDoc[] = [];
  for (const [id, profile] of plan.claims) {
    const moves = stepsOf(plan, id);
    const owner = plan.people.find(moves?.steps.at(-1)?.profile ?? profile);
    const stated = plan.isStated(owner) && { stated: true as const };
    docs.push({ id, profile: owner, rev: 1, ...(moves && { moves }), ...stated });
  }
  // In one order everywhere, so that two batches that claim the same cannot wait for each other.
  docs.sort((a, b) => (a.id < b.id ? -1 : 1));
  crashPoint('resolve:before-claim');
  await directory.store.claimIdentifiers(docs);
  crashPoint('resolve:after-claim');
  await directory.loadIdentifiers(plan.claims.keys(), true);
  return docs.every((doc) => directory.identifiers.get(doc.id)?.profile === doc.profile);
}

async function move(directory: Directory, plan: Plan): Promise<boolean> {
  let moved = true;
  for (const [id, to] of plan.moves) {
    if (plan.claims.has(id)) continue;
    const doc = directory.identifiers.get(id) as IdentifierDoc;
    const moves = stepsOf(plan, id);
    const profile = plan.people.find('to' in to ? to.to : (moves?.steps.at(-1)?.profile as string));
    const stated = plan.isStated(profile) && { stated: true as const };
    const next: IdentifierDoc = { id, profile, rev: doc.rev + 1, ...(moves && { moves }), ...stated };
    if (isSame(doc, next)) continue;
    crashPoint('resolve:before-move');
    if (await directory.store.updateIdentifier(next)) directory.identifiers.set(id, next);
    else {
      moved = false;
      await directory.loadIdentifiers([id], true);
    }
    crashPoint('resolve:after-move');
  }
  return moved;
}

function stepsOf(plan: Plan, id: string): IdentifierDoc['moves'] {
  const moves = plan.moves.get(id);
  if (!moves || 'to' in moves) return undefined;
  const steps = moves.steps.map((step) => ({ index: step.index, profile: plan.people.find(step.profile) }));
  return { batch: moves.batch, base: plan.people.find(moves.base), steps };
}

function isSame(a: IdentifierDoc, b: IdentifierDoc): boolean {
  return a.profile === b.profile && JSON.stringify(a.moves) === JSON.stringify(b.moves);
}
