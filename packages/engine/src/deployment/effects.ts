import type { Json } from '@tributary/sdk';
import type { Collector } from '../collect/collector.js';
import { type Effects, InvalidInput } from '../port.js';
import type { Store } from '../storage/port.js';

/** Deliveries, dead letters and quarantine: to look at, and to send again. */
export function createEffects(store: Store, collector: Collector, poke: () => void): Effects {
  return {
    deliveries: (query) => store.listDeliveries(query),
    delivery: (id) => store.getDelivery(id),
    deadLetters: (query) => store.listDeadLetters(query),
    quarantine: (query) => store.listQuarantine(query),
    runs: (query) => store.listRuns(query),
    replayDelivery: async (id, force) => {
      const row = await store.getDelivery(id);
      if (!row) throw new InvalidInput('NOT_FOUND', `There is no delivery ${id}.`);
      if (!(await store.replayDelivery(id, { now: new Date().toISOString(), force }))) {
        const why =
          row.status === 'delivered' ? 'It was delivered already; say force to send it again.' : `It is ${row.status}.`;
        throw new InvalidInput('CONFLICT', why);
      }
      poke();
    },
    replayDeadLetter: async (id) => {
      const letter = await store.getDeadLetter(id);
      if (!letter) throw new InvalidInput('NOT_FOUND', `There is no dead letter ${id}.`);
      await collector.replay({ kind: 'replay', event: letter.event, of: { list: 'dead-letters', id } });
    },
    replayQuarantined: async (id, mended?: Json) => {
      const rejected = await store.getQuarantine(id);
      if (!rejected) throw new InvalidInput('NOT_FOUND', `There is no quarantined event ${id}.`);
      const item = collector.normalise(mended ?? rejected.raw, rejected.source, Date.parse(rejected.receivedAt));
      if (item.kind === 'rejected') {
        const { path, code, reason } = item.rejected;
        throw new InvalidInput('INVALID', `It would be rejected again: ${reason}`, [{ path, code, message: reason }]);
      }
      // The same message as before, so that its claim is taken over and it counts once.
      const event = { ...item.event, messageId: rejected.messageId };
      await collector.replay({ kind: 'replay', event, of: { list: 'quarantine', id } });
    },
  };
}
