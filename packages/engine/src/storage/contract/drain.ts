import type { OutboxEntry } from '../../flows/run.js';
import { aCommit, iso, newId } from './builders.js';
import type { Subject } from './subject.js';

/** Far enough that every row of the suite is due and every lease has passed. */
const FAR = Date.parse('2100-01-01T00:00:00Z');

/** Brings entries into the store, each for a profile of its own. */
export async function put(subject: Subject, entries: OutboxEntry[]): Promise<void> {
  await subject.store.commit(aCommit({ outbox: entries.map((entry) => ({ profile: newId(), entry })) }));
}

/** Settles every open row, so that a test leases its own only. */
export async function drain(subject: Subject): Promise<void> {
  const lease = newId();
  for (;;) {
    const query = { now: FAR, leaseMs: 1, lease, limit: 1000, destinations: 1000, except: [] };
    const rows = await subject.store.leaseDeliveries(query);
    if (rows.length === 0) return;
    const now = iso();
    await Promise.all(rows.map(({ id }) => subject.store.settleDelivery(id, lease, { status: 'delivered', now })));
  }
}
