import type { Event } from '@tributary/sdk';
import type { Profile } from './profile.js';

/**
 * Whether data of this person may be used for a purpose: the one place that every delivery and
 * every public read asks. What was said at the event and what is said now must both allow it; what
 * nobody said is a no. Without a purpose nothing is asked: the operator has not tied it to one.
 */
export function mayUse(
  profile: Pick<Profile, 'consents'> | undefined,
  purpose: string | undefined,
  atEvent?: Event['consent'],
): boolean {
  if (purpose === undefined) return true;
  if (atEvent && Object.hasOwn(atEvent, purpose) && !atEvent[purpose]) return false;
  return profile?.consents[purpose]?.granted === true;
}
