import { PGlite } from '@electric-sql/pglite';
import { testEvent } from '@tributary/sdk/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PluginRegistry } from '../plugins/index.js';
import type { RecordStore } from '../storage/port.js';
import { createPostgresStore, pgliteSql } from '../storage/postgres/index.js';
import { createFlowCatalog, type FlowCatalog } from './catalog.js';
import { flow } from './fixtures/flows.js';
import { mark, send, testRegistry } from './fixtures/plugins.js';

let pglite: PGlite;
let store: RecordStore & { open(): Promise<void> };
let catalog: FlowCatalog;
let reads: string[];
let n = 0;
let id: string;

beforeAll(async () => {
  pglite = await PGlite.create();
  store = createPostgresStore({ sql: pgliteSql(pglite) });
  await store.open();
});
afterAll(async () => await pglite.close());
beforeEach(async () => {
  for (const { id: old } of await store.listRecords('flow')) await store.deleteRecord('flow', old);
  id = `flow-${++n}`;
  reads = [];
  catalog = createFlowCatalog(counting(store), testRegistry());
});

/** The same store, and a note of what was asked of it. */
function counting(real: RecordStore): RecordStore {
  return {
    getRecord: (kind, key) => {
      reads.push(`get ${kind}`);
      return real.getRecord(kind, key);
    },
    listRecords: (kind) => {
      reads.push(`list ${kind}`);
      return real.listRecords(kind);
    },
    putRecord: (kind, key, rev, body) => real.putRecord(kind, key, rev, body),
    deleteRecord: (kind, key) => real.deleteRecord(kind, key),
  };
}

const draft = (plugin = 'mark@^1') => flow({ a: [plugin] }, ['trigger > a'], {}, id);
const refusal = (code: string) => expect.objectContaining({ name: 'FlowError', code });

describe('the flow catalog', () => {
  it('publishes immutable versions with exact plugins, rolls back and turns off', async () => {
    await catalog.saveDraft(draft());
    expect((await catalog.get(id))?.record).toMatchObject({ live: null, latest: 0 });
    const first = await catalog.publish(id);
    expect(first).toMatchObject({ version: 1, definition: { nodes: { a: { plugin: 'mark@1.4.0' } } } });
    await catalog.saveDraft(draft('mark@^2'));
    const second = await catalog.publish(id);
    expect((await catalog.get(id))?.record).toMatchObject({ live: 2, latest: 2 });
    expect(await catalog.versions(id)).toEqual([first, second]);
    await catalog.rollback(id, 1);
    expect((await catalog.get(id))?.record).toMatchObject({ live: 1, latest: 2 });
    await catalog.turnOff(id);
    expect((await catalog.refresh()).flows).toEqual([]);
    expect(await catalog.getVersion(id, 2)).toMatchObject({ key: `${id}@2` });
    expect(await catalog.publish(id)).toMatchObject({ version: 3 });
  });

  it('keeps a draft with faults, but does not publish it', async () => {
    const { faults } = await catalog.saveDraft(draft('nope'));
    expect(faults).toMatchObject([{ path: '/nodes/a/plugin', code: 'UNKNOWN_PLUGIN' }]);
    await expect(catalog.publish(id)).rejects.toMatchObject({ code: 'INVALID', faults });
    expect((await catalog.refresh()).flows).toEqual([]);
    await expect(catalog.saveDraft({ id })).rejects.toEqual(refusal('INVALID'));
  });

  it('refuses what does not exist', async () => {
    await expect(catalog.publish(id)).rejects.toEqual(refusal('NOT_FOUND'));
    await expect(catalog.versions(id)).rejects.toEqual(refusal('NOT_FOUND'));
    await catalog.saveDraft(draft());
    await expect(catalog.rollback(id, 1)).rejects.toEqual(refusal('NOT_FOUND'));
    expect(await catalog.getVersion(id, 9)).toBeUndefined();
  });

  it('lets one of two publish at the same time, and one editor of a draft win', async () => {
    const { rev } = await catalog.saveDraft(draft());
    const results = await Promise.allSettled([catalog.publish(id), catalog.publish(id), catalog.publish(id)]);
    const won = results.filter((result) => result.status === 'fulfilled');
    expect(won).toHaveLength(1);
    for (const result of results) if (result.status === 'rejected') expect(result.reason).toEqual(refusal('CHANGED'));
    const live = (await catalog.get(id))?.record.live;
    expect(won[0]?.status === 'fulfilled' && won[0].value.version).toBe(live);
    await expect(catalog.saveDraft(draft(), { rev })).rejects.toEqual(refusal('CHANGED'));
  });

  it('takes the next number when a publication broke off half way', async () => {
    await catalog.saveDraft(draft());
    await store.putRecord('flow-version', `${id}@1`, 1, { v: 1, flow: id, version: 1 });
    expect(await catalog.publish(id)).toMatchObject({ version: 2 });
  });

  it('reads and compiles a version once, and one list for each look', async () => {
    await catalog.saveDraft(draft());
    await catalog.publish(id);
    const first = await catalog.refresh();
    expect(first).toMatchObject({ changed: true, missing: [] });
    expect(first.index.match(testEvent()).run.map(({ key }) => key)).toEqual([`${id}@1`]);
    reads = [];
    const second = await catalog.refresh();
    expect(second.changed).toBe(false);
    expect(second.flows[0]).toBe(first.flows[0]);
    expect(reads).toEqual(['list flow']);
    // Another process publishes: the next look sees it.
    await createFlowCatalog(store, testRegistry()).publish(id);
    expect((await catalog.refresh()).flows.map(({ key }) => key)).toEqual([`${id}@2`]);
  });

  it('names the plugin that this process lacks, until it has it', async () => {
    await catalog.saveDraft(flow({ a: ['mark@1.4.0'], s: ['send'] }, ['trigger > a', 'a > s'], {}, id));
    await catalog.publish(id);
    const poor = new PluginRegistry();
    poor.register(send);
    const other = createFlowCatalog(store, poor);
    const { flows, missing, index } = await other.refresh();
    expect(flows).toEqual([]);
    expect(missing).toMatchObject([{ flow: id, version: 1, reason: expect.stringMatching(/needs mark@1\.4\.0/) }]);
    expect(index.match(testEvent()).missing).toHaveLength(1);
    expect(await other.getVersion(id, 1)).toHaveProperty('reason');
    poor.register({ ...mark, version: '1.4.0' });
    expect((await other.refresh()).flows).toHaveLength(1);
  });
});
