import type { JsonObject } from '@tributary/sdk';
import { describe, expect, it } from 'vitest';
import { aCommit, aDeadEvent, aDelivery, anEvent, aProfile, aRejected, aRun, iso, newId, stored } from './builders.js';
import type { Subject } from './subject.js';

/** Every trap that a JSON object of a client can hold. */
function weird(): JsonObject {
  const value = JSON.parse(
    `{"$set":{"$gt":""},"a.b":1,"__proto__":{"polluted":true},"constructor":{"prototype":null},"":0,"_id":1,
      "nul\\u0000key":"nul\\u0000value","lone":"\\ud800","low\\udc00":"\\udfff\\ud800","pair":"\\ud83d\\ude00",
      "big":1e300,"small":5e-324,"safe":9007199254740991,"toJSON":"x","length":3,"2":"b","1":"a",
      "text":"\\"\\\\ \\u2028 {1,2} $1 :name ?","dates":"2025-02-30T00:00:00Z","empty":[{},[],null,false]}`,
  ) as JsonObject;
  let deep: JsonObject = {};
  for (let i = 0; i < 1000; i++) deep = { d: [deep] };
  value.deep = deep;
  return value;
}

// Texts are compared, since a comparison of objects would overlook `__proto__` and the order of keys.
const text = (value: unknown) => JSON.stringify(value);

export function valuesContract(subject: Subject): void {
  describe('values', () => {
    it('of events read back as they were', async () => {
      const profile = newId();
      const event = anEvent({ properties: weird(), context: weird(), messageId: 'm\0\ud800', name: '$set.\0' });
      const row = { ...stored(profile, event), session: newId(), emitted: true as const };
      await subject.store.commit(aCommit({ events: [row] }));
      const { items } = await subject.store.profileEvents([profile], { limit: 5 });
      expect(text(items)).toBe(text([row]));
      expect(({} as JsonObject).polluted).toBeUndefined();
    });

    it('of profiles read back as they were, with any key', async () => {
      const at = iso();
      const by = { event: newId(), source: '\0' };
      const profile = aProfile();
      for (const key of ['__proto__', 'constructor', '$set', 'a.b', '\0', '\ud800', '']) {
        profile.traits[key] = { value: weird(), at, by };
        profile.segments[key] = { member: true, at, by };
        profile.consents[key] = { granted: false, at };
        profile.events[key] = { days: { '2025-01-01': 1 }, first: at, last: at };
        profile.devices[key] = [{ id: key, startedAt: at, lastAt: at, events: 1 }];
      }
      await subject.store.commit(aCommit({ profiles: [profile] }));
      const read = (await subject.store.loadProfiles([profile.id])).get(profile.id);
      expect(text(read)).toBe(text(profile));
      expect(Object.keys(read?.traits ?? {})).toContain('__proto__');
      for (const segment of ['__proto__', '\0', '\ud800']) {
        const { items } = await subject.store.listProfiles({ segment, limit: 5 });
        expect(items.map(({ id }) => id)).toContain(profile.id);
      }
    });

    it('of deliveries read back as they were', async () => {
      const entry = aDelivery({ key: `web:\0\ud800:${newId()}`, destination: `\0${newId()}`, payload: weird() });
      await subject.store.commit(aCommit({ outbox: [{ profile: newId(), entry }] }));
      const query = { now: Date.now(), leaseMs: 1000, lease: newId(), limit: 9, destinations: 10_000, except: [] };
      const leased = (await subject.store.leaseDeliveries(query)).find(({ id }) => id === entry.key);
      expect(text(leased?.entry)).toBe(text(entry));
      expect(leased?.destination).toBe(entry.destination);
      const attempt = { at: iso(), ms: 3, error: 'nul \0 lone \ud800' };
      const result = { output: weird(), error: '\0' };
      const change = { status: 'dead', attempt, result, now: iso() } as const;
      expect(await subject.store.settleDelivery(entry.key, query.lease, change)).toBe(true);
      const row = await subject.store.getDelivery(entry.key);
      expect(text(row?.attempts)).toBe(text([attempt]));
      expect(text(row?.result)).toBe(text(result));
      expect(row?.id).toBe(entry.key);
    });

    it('of runs, rejected and dead events, records and counters read back as they were', async () => {
      const profile = newId();
      const run = aRun({ profile, id: `\0${newId()}`, flow: '\ud800', steps: [] });
      const rejected = aRejected({ source: '\0', raw: weird() });
      const dead = aDeadEvent({ event: anEvent({ traits: weird() }), reason: '\0' });
      await subject.store.commit(aCommit({ runs: [{ profile, run }], quarantine: [rejected], deadLetters: [dead] }));
      expect((await subject.store.listRuns({ profile, limit: 2 })).items).toEqual([run]);
      expect((await subject.store.listRuns({ profile, flow: '\ud800', limit: 2 })).items).toEqual([run]);
      expect(text(await subject.store.getQuarantine(rejected.id))).toBe(text(rejected));
      expect(text(await subject.store.getDeadLetter(dead.id))).toBe(text(dead));
      const id = `\0\ud800${newId()}`;
      expect(await subject.store.putRecord('weird', id, 1, weird())).toBe(true);
      expect(text(await subject.store.getRecord('weird', id))).toBe(text({ id, rev: 1, body: weird() }));
    });
  });
}
