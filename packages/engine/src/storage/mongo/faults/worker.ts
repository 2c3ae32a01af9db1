import type { Event } from '@tributary/sdk';
import type { Rejected } from '../../../events/batch.js';
import type { OutboxEntry, Run } from '../../../flows/run.js';
import type { Profile } from '../../../profiles/profile.js';
import {
  aCommit,
  aDelivery,
  aMark,
  anEvent,
  aProfile,
  aReceipt,
  aRejected,
  aRun,
  newId,
  next,
  stored,
} from '../../contract/builders.js';
import { type Store, StoreUnavailable } from '../../port.js';

/** A batch of some events for each of some new people, one of them with a rule broken. */
export interface Work {
  batch: string;
  partition: number;
  people: { profile: string; events: Event[] }[];
  rejected: Rejected;
  /** A node key of its own, so that the accounting of this work can be told from that of others. */
  node: string;
}

export function someWork(people = 3, each = 2): Work {
  const batch = newId();
  return {
    batch,
    partition: 5,
    people: Array.from({ length: people }, () => ({
      profile: newId(),
      events: Array.from({ length: each }, () => anEvent()),
    })),
    rejected: aRejected(),
    node: `${batch}@1/copy/out`,
  };
}

/** What the pipeline does with a batch, in small: whatever is marked in a profile is not applied again. */
export async function perform(store: Store, work: Work): Promise<void> {
  const { batch, partition, people, rejected } = work;
  if (await store.hasReceipt({ id: batch, partition })) return;
  const messages = [...people.flatMap(({ events }) => events.map(message)), message(rejected)];
  await store.claimMessages(messages.map((id) => ({ id, batch })));
  for (;;) {
    const stored = await store.loadProfiles(people.map(({ profile }) => profile));
    const states = people.map((person) => applied(work, person, stored.get(person.profile)));
    const changed = states.filter((state) => state.version !== (stored.get(state.id)?.version ?? 0));
    const { conflicts } = await store.commit(commitOf(work, states, changed));
    if (conflicts.length === 0) return;
  }
}

/** Repeats the work until it is done, as a worker does while the store is away. */
export async function performAnyway(store: Store, work: Work): Promise<number> {
  for (let faults = 0; ; faults++) {
    try {
      await perform(store, work);
      return faults;
    } catch (error) {
      if (!(error instanceof StoreUnavailable) || faults > 50) throw error;
    }
  }
}

function applied(work: Work, person: Work['people'][number], before: Profile | undefined): Profile {
  let state = before ?? aProfile({ id: person.profile, version: 0, sequence: 0 });
  const todo = person.events.filter((event) => !state.marks.some((mark) => mark.message === message(event)));
  if (todo.length === 0) return state;
  state = next(state, { marks: [...state.marks], outbox: [...state.outbox] });
  for (const event of todo) {
    state.sequence += 1;
    state.marks.push(aMark(message(event), { ...work, sequence: state.sequence }));
    state.outbox.push(effectOf(work, event));
  }
  return state;
}

function commitOf(work: Work, states: Profile[], changed: Profile[]) {
  const { batch, partition, people, rejected, node } = work;
  const events = people.flatMap((person, i) =>
    person.events.map((event) => {
      const mark = states[i]?.marks.find((m) => m.message === message(event));
      return stored(person.profile, event, mark?.sequence);
    }),
  );
  const outbox = states.flatMap((s) => s.outbox.map((entry) => ({ profile: s.id, entry })));
  const runs = people.map(({ profile, events }) => ({ profile, run: runOf(profile, events) }));
  const counts = { applied: events.length, duplicate: 0, quarantined: 1, deadLettered: 0, emitted: 0 };
  const receipt = aReceipt(batch, { partition, counts, nodes: { [node]: 1 } });
  return aCommit({
    batch,
    partition,
    profiles: changed,
    events,
    outbox,
    runs,
    quarantine: [rejected],
    receipts: [receipt],
  });
}

function runOf(profile: string, events: Event[]): Run {
  return aRun({ profile, id: `${events[0]?.messageId}/welcome@1` });
}

function effectOf({ batch, partition }: Work, event: Event): OutboxEntry {
  const key = `${message(event)}/welcome@1/tell/1`;
  return aDelivery({ key, batch, partition, destination: batch });
}

export function message({ source, messageId }: { source: string; messageId: string }): string {
  return `${source}:${messageId}`;
}
