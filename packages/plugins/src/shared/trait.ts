import { Path } from '@tributary/sdk';

/** A trait of the profile: `traits.plan`, or `plan` for short. */
export const Trait = (description: string) => Path({ description, examples: ['traits.plan'] });

const OTHER = new Set(['identifiers', 'segments', 'events', 'sessions', 'firstSeen', 'lastSeen', 'id', 'consents']);

/** Only traits are set by hand; the rest of a profile has its own plugins or follows from events. */
export function checkTrait(trait: string, path: string): { path: string; message: string }[] {
  const [first = '', second] = trait.split('.');
  if (first === 'traits' && second === undefined) return [{ path, message: 'Name the trait, such as traits.plan.' }];
  if (!OTHER.has(first)) return [];
  const hint = first === 'identifiers' ? ': use merge-identity' : first === 'segments' ? ': use segment' : '';
  return [{ path, message: `${first} is no trait${hint}. A trait of that name is traits.${trait}.` }];
}

/** The trait with its prefix, as it is read. */
export function traitPath(trait: string): string {
  return trait.startsWith('traits.') ? trait : `traits.${trait}`;
}
