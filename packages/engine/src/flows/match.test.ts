import { testEvent } from '@tributary/sdk/testing';
import { describe, expect, it } from 'vitest';
import { compileFlow } from './compile.js';
import { flow, published } from './fixtures/flows.js';
import { testRegistry } from './fixtures/plugins.js';
import type { FlowDefinition } from './flow.js';
import { indexFlows } from './match.js';

const registry = testRegistry();
const live = (id: string, trigger: Partial<FlowDefinition['trigger']>) =>
  compileFlow(published(flow({ a: ['mark@1.0.0'] }, ['trigger > a'], trigger, id)), registry);

describe('indexFlows', () => {
  it('finds flows by type, name and source, in the order of their ids', () => {
    const index = indexFlows([
      live('z-all', {}),
      live('a-name', { names: ['Bought', 'Bought', 'Seen'] }),
      live('b-source', { sources: ['shop'] }),
      live('c-both', { names: ['Bought'], sources: ['shop', 'app'] }),
      live('d-type', { events: ['identify', 'page'] }),
      live('e-odd', { names: ['*', 'constructor'] }),
    ]);
    const ids = (event: Parameters<typeof testEvent>[0]) => index.match(testEvent(event)).run.map(({ id }) => id);
    expect(ids({ name: 'Bought', source: 'shop' })).toEqual(['a-name', 'b-source', 'c-both', 'z-all']);
    expect(ids({ name: 'Bought', source: 'other' })).toEqual(['a-name', 'z-all']);
    expect(ids({ name: 'Left', source: 'shop' })).toEqual(['b-source', 'z-all']);
    expect(ids({ name: '*' })).toEqual(['e-odd', 'z-all']);
    expect(ids({ name: 'constructor' })).toEqual(['e-odd', 'z-all']);
    expect(ids({ type: 'page', source: 'shop' })).toEqual(['d-type']);
    expect(ids({ type: 'alias' })).toEqual([]);
  });

  it('answers missing flows apart', () => {
    const source = published(flow({ a: ['gone@1.0.0'] }, ['trigger > a']));
    const missing = { flow: 'test', version: 1, source, reason: 'r' };
    expect(indexFlows([], [missing]).match(testEvent())).toEqual({ run: [], missing: [missing] });
  });

  it('costs no more with thousands of flows that are not triggered', () => {
    const flows = Array.from({ length: 5_000 }, (_, i) => live(`f${i}`, { names: [`Name ${i}`] }));
    const index = indexFlows(flows);
    const event = testEvent({ name: 'Name 7' });
    const started = performance.now();
    for (let i = 0; i < 20_000; i++) expect.soft(index.match(event).run.length === 1 || i).toBe(true);
    // Looking through all flows would compare 100 million names.
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
