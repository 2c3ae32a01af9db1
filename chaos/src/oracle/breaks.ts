import { type Call, keyOf } from '../workload/types.js';
import type { Observed, ObservedEvent, ObservedProfile, Promised } from './observed.js';

/** A way in which a deployment could break a promise: done to what was observed, to see that the oracle would notice. */
export interface Break {
  promise: Promised;
  do(observed: Observed): void;
}

export const BREAKS: { [name: string]: Break } = {
  'an event is lost': { promise: 'G1', do: (o) => void withEvents(o).timeline.pop() },
  'an event in quarantine is lost': { promise: 'G1', do: (o) => void o.quarantine.pop() },
  'an event is applied twice': {
    promise: 'G3',
    do: (o) => {
      const { timeline } = withEvents(o);
      timeline.push({ ...(timeline[0] as ObservedEvent), sequence: 1_000_000 });
    },
  },
  'two events are applied in the wrong order': {
    promise: 'G2',
    do: (o) => {
      const [a, b] = neighbours(o);
      [a.sequence, b.sequence] = [b.sequence, a.sequence];
    },
  },
  'an event counts twice': {
    promise: 'G3',
    do: (o) => {
      const { days } = Object.values(withEvents(o).events)[0] as ObservedProfile['events'][string];
      const day = Object.keys(days)[0] as string;
      days[day] = (days[day] as number) + 1;
    },
  },
  'an update is written over': {
    promise: 'G4',
    do: (o) => {
      const { days } = Object.values(withEvents(o).events)[0] as ObservedProfile['events'][string];
      const day = Object.keys(days)[0] as string;
      days[day] = (days[day] as number) - 1;
    },
  },
  'two writers take the same place': {
    promise: 'G4',
    do: (o) => {
      const [a, b] = withEvents(o).timeline as [ObservedEvent, ObservedEvent];
      [b.profile, b.sequence] = [a.profile, a.sequence];
    },
  },
  'a run does not go on after its delivery': {
    promise: 'G4',
    do: (o) => {
      const trait = find(o.profiles, ({ traits }) => traits.told !== undefined).traits.told;
      if (trait) trait.value = (trait.value as number) - 1;
    },
  },
  'an older value goes over a newer one': {
    promise: 'G9',
    do: (o) => {
      const trait = find(o.profiles, ({ traits }) => traits.name !== undefined).traits.name;
      if (trait) Object.assign(trait, { value: 'Name before', at: '2025-03-04T19:00:00.000Z' });
    },
  },
  'a segment is not left': {
    promise: 'G9',
    do: (o) => {
      const { segments } = find(o.profiles, (profile) => profile.segments['full-cart'] !== undefined);
      const cart = segments['full-cart'];
      if (cart) cart.member = !cart.member;
    },
  },
  'a device is taken from its owner': {
    promise: 'identity',
    do: (o) => {
      const profile = find(o.profiles, ({ identifiers }) => identifiers.length > 2);
      profile.identifiers = profile.identifiers.filter(({ type }) => type !== 'anonymousId');
    },
  },
  'the events of two people are mixed': {
    promise: 'identity',
    do: (o) => {
      const [a, b] = o.profiles as [ObservedProfile, ObservedProfile];
      a.timeline.push(b.timeline.pop() as ObservedEvent);
    },
  },
  'a webhook never came': { promise: 'G5', do: (o) => dropFirstHook(o) },
  'a webhook came with another body': {
    promise: 'G5',
    do: (o) => {
      const [first] = o.hooks as [Observed['hooks'][number]];
      o.hooks.push({ ...first, digest: `${first.digest}.` });
    },
  },
  'a webhook came under two keys': {
    promise: 'G5',
    do: (o) => {
      const [first] = o.hooks as [Observed['hooks'][number]];
      o.hooks.push({ ...first, id: 'msg_0' });
    },
  },
  'an event is given up': {
    promise: 'G6',
    do: (o) => void o.deadLetters.push({ event: { messageId: 'm0-0' }, reason: 'none' }),
  },
  'an event that kills is not given up': { promise: 'G6', do: (o) => void o.deadLetters.pop() },
  'a batch is counted twice': {
    promise: 'G7',
    do: ({ accounting }) => {
      accounting.applied += 7;
    },
  },
  'accepted events are forgotten': {
    promise: 'G7',
    do: ({ accounting }) => {
      accounting.accepted -= 3;
      accounting.applied -= 3;
    },
  },
  'a passage of a node is not counted': {
    promise: 'G7',
    do: ({ accounting: { nodes } }) => {
      nodes['plan@1/copy/out'] = (nodes['plan@1/copy/out'] as number) - 1;
    },
  },
  'a merge has no entry in the ledger': {
    promise: 'G10',
    do: (o) => void find(o.profiles, ({ absorbed }) => absorbed.length > 0).ledger.splice(0),
  },
};

/** A copy of what was observed, broken in one way. */
export function broken(observed: Observed, name: string): Observed {
  const copy = JSON.parse(JSON.stringify(observed)) as Observed;
  const way = BREAKS[name];
  if (!way) throw new Error(`There is no such break: ${name}. There are: ${Object.keys(BREAKS).join(', ')}.`);
  way.do(copy);
  return copy;
}

function withEvents({ profiles }: Observed): ObservedProfile {
  return find(profiles, ({ timeline }) => timeline.length > 3 && !timeline.at(-1)?.emitted);
}

/** Two stored events of one profile id and one key. */
function neighbours({ profiles }: Observed): [ObservedEvent, ObservedEvent] {
  for (const { timeline } of profiles) {
    const seen = new Map<string, ObservedEvent>();
    for (const stored of timeline.filter(({ emitted }) => !emitted)) {
      const key = `${stored.profile}/${keyOf(stored.event as Pick<Call, 'anonymousId' | 'userId'>)}`;
      const before = seen.get(key);
      if (before) return [before, stored];
      seen.set(key, stored);
    }
  }
  throw new Error('No profile took two events of one key.');
}

function find<T>(list: readonly T[], fits: (item: T) => boolean): T {
  const found = list.find(fits);
  if (found === undefined) throw new Error('The run has nothing that could be broken in this way.');
  return found;
}

/** All calls of one webhook: its repeats too. */
function dropFirstHook(observed: Observed): void {
  const id = observed.hooks[0]?.id;
  observed.hooks = observed.hooks.filter((hook) => hook.id !== id);
}
