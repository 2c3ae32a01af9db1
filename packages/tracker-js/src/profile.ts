import type { Inside, Module, ProfileReader, PublicProfile, Tracker } from './types.js';

/** After events were taken, the profile is looked at again so often: it takes them up a moment later. */
const LOOKS = [300, 1_000, 3_000];
/** When the collector does not answer by then, elements are shown as to somebody in no segment. */
const PATIENCE = 1_500;

type Watcher = (profile: PublicProfile) => void;

/** Reads the visitor's profile; the copy of a session is at hand at once, and a look after each batch keeps it true. */
export default function createReader(tracker: Tracker, { writeKey, base, isAllowed, store }: Inside): ProfileReader {
  const watchers = new Set<Watcher>();
  let last: string | undefined;
  let timer: number | undefined;
  /** Whose copy it is: this visitor's, of this session. */
  const owner = () => tracker.anonymousId() + store.read('ses')?.split('|')[0];

  function kept(): PublicProfile | undefined {
    try {
      const [of, profile] = JSON.parse(store.read('profile') as string);
      return of === owner() ? profile : undefined;
    } catch {
      return undefined;
    }
  }

  function tell(profile: PublicProfile): boolean {
    const next = JSON.stringify(profile);
    if (next === last) return false;
    last = next;
    for (const watcher of watchers) watcher(profile);
    return true;
  }

  async function get(): Promise<PublicProfile> {
    // Nobody to be recognised: what is not stored is not asked about either.
    if (!isAllowed()) return { segments: [], traits: {} };
    const of = owner();
    const query = new URLSearchParams({ writeKey, anonymousId: tracker.anonymousId() });
    const answer = await fetch(`${base}/profile?${query}`);
    if (!answer.ok) throw new Error(`Tributary answered ${answer.status} for the profile; check the write key`);
    const profile: PublicProfile = await answer.json();
    if (of === owner()) store.write('profile', JSON.stringify([of, profile]));
    return profile;
  }

  function look(again: number[]): void {
    clearTimeout(timer);
    if (!watchers.size) return;
    const [delay, ...later] = again;
    timer = window.setTimeout(async () => {
      const isNew = await get().then(tell, () => false);
      if (!isNew && later.length) look(later);
    }, delay);
  }

  tracker.on('sent', () => look(LOOKS));
  tracker.on('consent', () => look([0]));
  tracker.on('reset', () => {
    store.remove('profile');
    tell({ segments: [], traits: {} });
    look([0]);
  });

  return {
    get,
    watch(callback) {
      // One of its own each time: the same callback can be given twice, and ended once.
      const watcher: Watcher = (profile) => callback(profile);
      watchers.add(watcher);
      const copy = last ? JSON.parse(last) : kept();
      if (copy) watcher(copy);
      last ??= copy && JSON.stringify(copy);
      look([0]);
      return () => void watchers.delete(watcher);
    },
  };
}

/** Shows `data-t-segment="vip"` to members, `data-t-segment="!vip"` to everybody else, and hides it from the others. */
function show({ segments }: PublicProfile, root: ParentNode): void {
  for (const element of root.querySelectorAll<HTMLElement>('[data-t-segment]')) {
    const [, not, segment = ''] = /^(!?)(.*)/.exec(element.dataset.tSegment as string) ?? [];
    element.hidden = segments.includes(segment) === !!not;
  }
}

/**
 * Shows and hides the elements with `data-t-segment`. The page gives them the attribute `hidden`, so that nothing
 * is seen and then taken away: they stay so until it is known who looks.
 *
 * @example createTracker({ writeKey, modules: [segments] })
 */
export const segments: Module = (tracker) => {
  let profile: PublicProfile | undefined;
  const apply = (next: PublicProfile) => {
    profile = next;
    show(next, document);
  };
  // Elements that the parser or the page adds later, before they are painted.
  new MutationObserver(() => profile && show(profile, document)).observe(document, { childList: true, subtree: true });
  void tracker.profile(apply);
  setTimeout(() => profile ?? apply({ segments: [], traits: {} }), PATIENCE);
};

/** For the script's tag: `data-profile`. */
export const start: Module = segments;
