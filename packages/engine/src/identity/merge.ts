import { newUuid } from '../events/ids.js';
import { emptyProfile } from '../profiles/create.js';
import { absorbInto } from '../profiles/merge.js';
import type { MergeDecision, Profile } from '../profiles/profile.js';
import type { IdentifierDoc } from '../storage/port.js';
import { crashPoint } from '../telemetry/crash-point.js';
import type { Directory } from './directory.js';
import { People } from './people.js';
import type { MergeNeeded } from './plan.js';
import { type IdentityRules, ruleOf, typeOf } from './rules.js';

/**
 * Merges two profiles: the one with the smaller id survives, whatever else is known of them (a
 * winner by facts that change makes cycles). Freeze, absorb, re-point; a crash after the freeze is
 * completed by whoever meets the frozen profile next. Other writers may have been quicker: the
 * caller looks again at what the directory says then. `confirm` is asked between the last read and
 * the first write: of what others do later with the loser, the freeze learns, and of what they do
 * with the survivor, whoever completes it.
 */
export async function mergeProfiles(
  directory: Directory,
  { a, b, by, force }: Pick<MergeNeeded, 'a' | 'b' | 'by' | 'force'>,
  confirm?: () => Promise<void>,
): Promise<void> {
  const { rules } = directory;
  const [survivor, loser] = a < b ? [a, b] : [b, a];
  const now = new Date().toISOString();
  await directory.reload([survivor, loser]);
  const there = directory.profiles.get(loser);
  if (there?.into || directory.profiles.get(survivor)?.into) {
    await directory.loadProfiles([survivor, loser]);
    return;
  }
  const [kept, moving] = [await directory.store.identifiersOf(survivor), await directory.store.identifiersOf(loser)];
  // Users that were claimed by now, though nothing of theirs is written yet: the plan must know of them.
  directory.note(survivor, kept);
  directory.note(loser, moving);
  if (!new People(directory, rules).mayJoin(survivor, loser, force)) return;
  await confirm?.();
  const users = [...kept, ...moving].filter((doc) => ruleOf(rules, typeOf(doc.id)).distinguishes);
  if (force && !(await state(directory, users))) return;
  const identifiers = moving.map((doc) => doc.id);
  const frozen: Profile = { ...(there ?? emptyProfile(loser, now)) };
  frozen.into = { survivor, ledger: newUuid(), at: now, by, identifiers, ...(force && { force }) };
  frozen.version++;
  crashPoint('merge:before-freeze');
  if (!(await directory.store.replaceProfile(frozen))) {
    await directory.reload([loser]);
    return;
  }
  crashPoint('merge:after-freeze');
  directory.profiles.set(loser, frozen);
  await directory.loadProfiles([loser]);
  await completeMerges(directory, [loser]);
  if (directory.profiles.get(loser)?.into) await repoint(directory, loser);
}

/** What a rule for known users has joined stays so, whoever merges one of the profiles meanwhile. False: look again. */
async function state(directory: Directory, docs: IdentifierDoc[]): Promise<boolean> {
  for (const doc of docs) {
    if (doc.stated) continue;
    const stated: IdentifierDoc = { ...doc, stated: true, rev: doc.rev + 1 };
    if (!(await directory.store.updateIdentifier(stated))) return false;
    crashPoint('merge:after-state');
    if (directory.identifiers.has(doc.id)) directory.identifiers.set(doc.id, stated);
  }
  return true;
}

/**
 * Makes every frozen profile of the list be absorbed, and names its survivors' roots in the directory; or be free again,
 * where the survivor became somebody else's before it had absorbed.
 */
export async function completeMerges(directory: Directory, frozen: readonly string[]): Promise<void> {
  for (const id of frozen) {
    for (let tries = 0; directory.profiles.get(id)?.into && !isAbsorbed(directory, id); tries++) {
      if (tries > 100) throw new Error(`The merge of profile ${id} could not be completed.`);
      await absorb(directory, id);
    }
  }
}

function isAbsorbed(directory: Directory, id: string): boolean {
  // A profile on the path that lists the loser handed it on with its own absorption.
  return directory
    .path(id)
    .slice(1)
    .some((next) => directory.profiles.get(next)?.absorbed.some((a) => a.id === id));
}

async function absorb(directory: Directory, id: string): Promise<void> {
  const loser = directory.profiles.get(id) as Profile & { into: MergeDecision };
  const root = directory.root(id);
  await directory.reload([root]);
  const stored = directory.profiles.get(root);
  if (stored?.into) return directory.loadProfiles([root]);
  if (stored?.absorbed.some((a) => a.id === id)) return;
  if (stored && areTwoUsers(directory.rules, stored, loser)) return takeBack(directory, loser);
  const { ledger, at, by, identifiers } = loser.into;
  const survivor = stored ? structuredClone(stored) : emptyProfile(root, at);
  await directory.store.putLedger({ v: 1, id: ledger, loser: id, survivor: root, at, by, frozen: loser, identifiers });
  crashPoint('merge:before-absorb');
  absorbInto(survivor, structuredClone(loser), ledger, new Date().toISOString());
  survivor.version++;
  if (await directory.store.replaceProfile(survivor)) directory.profiles.set(root, survivor);
  else await directory.reload([root]);
  crashPoint('merge:after-absorb');
}

/**
 * Between the decision and now the survivor may have become a known user. Only what is written in it counts: whoever
 * absorbs writes it under the version that was read, so all who complete this merge decide alike.
 */
function areTwoUsers(
  rules: IdentityRules,
  survivor: Profile,
  { identifiers, into }: Profile & { into: MergeDecision },
) {
  if (into.force) return false;
  const isUser = (type: string) => ruleOf(rules, type).distinguishes;
  const moving = [...identifiers.map(({ type }) => type), ...into.identifiers.map(typeOf)];
  return moving.some(isUser) && survivor.identifiers.some(({ type }) => isUser(type));
}

/** Nobody goes past a frozen profile without completing its merge, so nothing was done yet on the word of this one. */
async function takeBack(directory: Directory, { into: _, ...loser }: Profile): Promise<void> {
  const free: Profile = { ...loser, version: loser.version + 1 };
  if (await directory.store.replaceProfile(free)) directory.profiles.set(free.id, free);
  else await directory.reload([free.id]);
}

/** Each identifier that still names the loser names the survivor from now on; the pointer holds until then. */
async function repoint(directory: Directory, loser: string): Promise<void> {
  for (const doc of await directory.store.identifiersOf(loser)) {
    const moved = { ...doc, profile: directory.root(loser), rev: doc.rev + 1 };
    crashPoint('merge:before-repoint');
    if (await directory.store.updateIdentifier(moved)) directory.identifiers.set(doc.id, moved);
    else await directory.loadIdentifiers([doc.id], true);
  }
}
