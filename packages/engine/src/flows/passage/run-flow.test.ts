import type { Json } from '@tributary/sdk';
import { describe, expect, it } from 'vitest';
import { keys, left, NOW, type Nodes, setUp } from '../fixtures/run.js';

describe('runFlow', () => {
  it('goes depth first in the order of the edges, a branch for each edge', () => {
    const { run, trace } = setUp(
      {
        a: ['mark', { mark: 'a' }],
        b: ['mark', { mark: 'b' }],
        c: ['mark', { mark: 'c' }],
        d: ['mark', { mark: 'd' }],
      },
      ['trigger > a', 'trigger > d', 'a > c', 'a > b', 'b > d', 'c > d'],
    );
    const result = run();
    expect(trace()).toBe('acdbdd');
    expect(result).toMatchObject({ run: 's:m1:test@3', status: 'done', outbox: [], notable: false });
    expect(result.nodeCounts).toMatchObject({ 'test@3/a/out': 1, 'test@3/d/out': 3 });
  });

  it('takes the port that the node names, with templates, paths and conditions over the same names', () => {
    const { run, trace } = setUp(
      {
        a: ['mark', { mark: '{{ event.name }}', when: { '==': [{ var: 'profile.traits.trace' }, 'Test'] } }],
        b: ['mark', { from: 'event.properties.n' }],
        c: ['mark', { mark: 'wrong' }],
      },
      ['trigger > a', 'a.out > b', 'a.other > c'],
      { event: { properties: { n: [1] } } },
    );
    expect(left(run())).toEqual(['a.out', 'b.out']);
    expect(trace()).toBe('Testx[1]');
  });

  it('hands the input of a node that gives no output on to the next', () => {
    const nodes: Nodes = { a: ['shout', { times: 4 }], b: ['mark'], c: ['mark', { mark: '{{ input.times }}' }] };
    const { run, trace } = setUp(nodes, ['trigger > a', 'a > b', 'b > c']);
    run();
    expect(trace()).toBe('x4');
  });

  it('answers null when the condition of the trigger does not hold, and fails when it cannot be told', () => {
    const nodes: Nodes = { a: ['mark'] };
    expect(setUp(nodes, ['trigger > a'], { when: { '==': [{ var: 'event.name' }, 'Other'] } }).run()).toBeNull();
    const costly = { map: [{ var: 'event.properties.l' }, { map: [Array(400).fill(1), { cat: [1, 2] }] }] } as Json;
    const result = setUp(nodes, ['trigger > a'], {
      when: costly,
      event: { properties: { l: Array(400).fill(1) } },
    }).run();
    expect(result).toMatchObject({
      status: 'failed',
      steps: [{ node: 'trigger', error: expect.stringMatching(/steps/) }],
    });
  });

  it.each([
    ['throw', /on purpose/],
    ['nowhere', /its ports are out/],
    ['emit', /needs a name/],
    ['json', /no JSON/],
    ['odd', /./],
  ])('fails the run at a node that goes wrong (%s), and no more than that', (how, error) => {
    const { run, profile, trace } = setUp(
      { a: ['mark', { mark: 'a' }], f: ['fail', { how }], after: ['mark', { mark: 'never' }], b: ['send'] },
      ['trigger > a', 'a > f', 'f > after', 'trigger > b'],
    );
    const result = run();
    expect(result.status).toBe('failed');
    expect(left(result)).toEqual(['a.out', 'f.!']);
    expect(result.steps[1]?.error).toMatch(error);
    expect(result.nodeCounts).toEqual({ 'test@3/a/out': 1, 'test@3/f/error': 1 });
    expect(keys(result)).toEqual(['s:m1:test@3:b:1']);
    expect([trace(), profile.get('traits.half')]).toEqual(['a', true]);
  });

  it('stops a run that visits too many nodes', () => {
    const layers = Array.from({ length: 12 }, (_, i) => [`l${i}`, `r${i}`]);
    const edges = layers.flatMap(([l, r], i) =>
      i === 0
        ? [`trigger > ${l}`, `trigger > ${r}`]
        : (layers[i - 1] ?? []).flatMap((p) => [`${p} > ${l}`, `${p} > ${r}`]),
    );
    const result = setUp(Object.fromEntries(layers.flat().map((id) => [id, ['mark'] as [string]])), edges).run();
    expect(result.status).toBe('failed');
    expect(result.steps.at(-1)?.error).toMatch(/more than 1000/);
    expect(result.steps).toHaveLength(200);
  });

  it('emits events of the same person, one level deeper, the same again when the batch is repeated', () => {
    const setup = setUp({ a: ['shout', { times: 2 }] }, ['trigger > a'], {
      event: { userId: 'u1', depth: 1, consent: { ads: false } },
    });
    const { outbox } = setup.run();
    expect(outbox).toMatchObject([
      {
        kind: 'emit',
        key: 's:m1:test@3:a:1:e1',
        partition: 2,
        batch: 'batch-1',
        event: {
          messageId: 's:m1:test@3:a:1:e1',
          type: 'track',
          name: 'Shout 0',
          userId: 'u1',
          anonymousId: 'device-1',
          depth: 2,
          consent: { ads: false },
          timestamp: '2026-01-01T12:00:00.000Z',
          receivedAt: NOW,
          properties: { of: 'm1' },
        },
      },
      { key: 's:m1:test@3:a:1:e2' },
    ]);
    expect(setup.run().outbox).toEqual(outbox);
    const ids = outbox.map((entry) => (entry.kind === 'emit' ? entry.event.id : ''));
    expect(new Set(ids).size).toBe(2);
    expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  });
});
