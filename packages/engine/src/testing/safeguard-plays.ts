import type { Json } from '@tributary/sdk';
import type { Batch } from '../events/batch.js';
import { LeaseLost } from '../pipeline/write.js';
import type { Lease } from '../queue/port.js';
import type { Store } from '../storage/port.js';
import type { Safeguard } from '../telemetry/weakened.js';
import { HELD, pipelineBench } from './bench.js';
import { crashAt } from './hooks.js';
import { tell } from './plugins.js';

type Bench = Awaited<ReturnType<typeof pipelineBench>>;

interface Play {
  /** What comes out without the safeguard; with it, `right`. */
  broken: string;
  play(store: Store): Promise<string>;
}

const track = (event: string, who: { [id: string]: string } = { userId: 'u' }): Json => ({
  type: 'track',
  event,
  ...who,
});

/** For each safeguard of the pipeline, crashes or two workers that do harm without it. */
export const PLAYS: { [name in Exclude<Safeguard, 'order-guard' | 'epoch-check'>]: Play } = {
  'version-check': {
    broken: 'an event between is undone',
    async play(store) {
      const bench = await pipelineBench({ store });
      await bench.apply(track('first'));
      const between = bench.batch([track('between')], { partition: 7 });
      await bench.process(
        bench.batch([track('late')]),
        once(() => bench.process(between)),
      );
      return (await namesOf(bench)).includes('between') ? 'right' : 'an event between is undone';
    },
  },

  claims: {
    broken: 'a copy in another partition is applied again',
    async play(store) {
      const bench = await pipelineBench({ store });
      const call = { ...(track('buy') as { [key: string]: Json }), messageId: 'm' };
      await bench.process(bench.batch([call]));
      await bench.process(bench.batch([call], { partition: 3 }));
      return (await user(bench)).sequence === 1 ? 'right' : 'a copy in another partition is applied again';
    },
  },

  marks: {
    broken: 'events are applied again after a crash',
    async play(store) {
      const bench = await pipelineBench({ store });
      // One more than a part takes, so that a part is written when the worker dies.
      const batch = bench.batch(Array.from({ length: 201 }, () => track('e')));
      await crashAt('batch:between-parts', () => bench.process(batch));
      await bench.process(batch, { ...HELD, attempt: 2 });
      return (await user(bench)).sequence === 201 ? 'right' : 'events are applied again after a crash';
    },
  },

  'hand-over-split': {
    broken: 'the order of a device is lost',
    async play(store) {
      const bench = await pipelineBench({ store });
      const { commit } = store;
      const bare = (event: string) => track(event, { anonymousId: 'd' });
      await bench.apply(track('older', { userId: 'u2' }), { type: 'identify', anonymousId: 'd', userId: 'u' });
      // The first user's profile moves on, so that it is in conflict; then the two are one.
      const others: Json[] = [track('between'), { type: 'alias', previousId: 'u', userId: 'u2' }];
      const batch = bench.batch([bare('one'), { type: 'identify', anonymousId: 'd', userId: 'u2' }, bare('two')]);
      store.commit = async (written) => {
        const other = written.batch === batch.id ? others.shift() : undefined;
        if (other) await bench.process(bench.batch([other], { partition: 7 }));
        return commit(written);
      };
      await bench.process(batch);
      const names = (await namesOf(bench)).filter((name) => name === 'one' || name === 'two');
      return names.join() === 'one,two' ? 'right' : 'the order of a device is lost';
    },
  },

  outbox: {
    broken: 'an effect is lost',
    async play(store) {
      const bench = await pipelineBench({ store, plugins: [tell] });
      const nodes = { t: { plugin: 'tell@1.0.0', config: {} } };
      await bench.publish({ id: 'f', trigger: { events: ['track'] }, nodes, edges: [{ from: 'trigger', to: 't' }] });
      const batch = bench.batch([track('buy')]);
      await crashAt('part:before-hand-over', () => bench.process(batch));
      await bench.process(batch, { ...HELD, attempt: 2 });
      const { items } = await store.listDeliveries({ limit: 10 });
      return items.length === 1 ? 'right' : 'an effect is lost';
    },
  },

  'ownership-check': {
    broken: 'a worker that overslept applies a batch again',
    async play(store) {
      // It falls asleep before it reads, and wakes when its batch and the next one are done.
      let asleep: (() => Promise<void>) | undefined;
      const findIdentifiers: Store['findIdentifiers'] = async (ids) => {
        const sleep = asleep;
        asleep = undefined;
        await sleep?.();
        return store.findIdentifiers(ids);
      };
      const bench = await pipelineBench({
        store: Object.assign(Object.create(store) as Store, { findIdentifiers }),
      });
      const [first, second] = [bench.batch([track('a')]), bench.batch([track('b')])];
      let owned = true;
      asleep = async () => {
        owned = false;
        await bench.process(first, { ...HELD, attempt: 3 });
        await bench.process(second);
      };
      // Not at the first attempt: a commit that is written as a whole has its receipt for a fence, too.
      await bench.process(first, { ...HELD, attempt: 2, verify: async () => owned }).catch(onlyLost);
      return (await user(bench)).sequence === 2 ? 'right' : 'a worker that overslept applies a batch again';
    },
  },

  'absorb-completion': {
    broken: 'a merged profile is lost',
    async play(store) {
      const bench = await pipelineBench({ store });
      await bench.apply(track('one'), track('two', { anonymousId: 'd' }));
      const batch: Batch = bench.batch([{ type: 'identify', userId: 'u', anonymousId: 'd' }]);
      await crashAt('merge:after-freeze', () => bench.process(batch));
      await bench.process(batch, { ...HELD, attempt: 2 });
      const { events } = await user(bench);
      return 'one' in events && 'two' in events ? 'right' : 'a merged profile is lost';
    },
  },
};

/** A lease before whose first check something else happens. */
function once(first: () => Promise<void>): Lease {
  let happened = false;
  const verify = async () => {
    if (!happened) {
      happened = true;
      await first();
    }
    return true;
  };
  return { ...HELD, verify };
}

async function user(bench: Bench) {
  const profile = await bench.profiles.byIdentifier('userId:u');
  if (!profile) throw new Error('no profile');
  return profile;
}

async function namesOf(bench: Bench): Promise<(string | undefined)[]> {
  const profile = await user(bench);
  const { items } = await bench.profiles.events(profile.id, { limit: 100 });
  const counted = items.filter(({ event: { name } }) => name !== undefined && name in profile.events);
  return counted.sort((a, b) => a.sequence - b.sequence).map(({ event }) => event.name);
}

function onlyLost(error: unknown): void {
  if (!(error instanceof LeaseLost)) throw error;
}
