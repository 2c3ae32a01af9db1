import type { Event, Json } from '@tributary/sdk';
import { testEvent, testProfile } from '@tributary/sdk/testing';
import { describe, expect, it } from 'vitest';
import { compileFlow } from '../compile.js';
import { flow, published } from '../fixtures/flows.js';
import { testRegistry } from '../fixtures/plugins.js';
import type { Continuation, OutboxDelivery, OutboxEntry } from '../run.js';
import type { FlowRunResult, ResumeAnswer } from '../types.js';
import { resumeFlow, runFlow } from './index.js';

const registry = testRegistry();
const NOW = '2026-01-02T00:00:00.000Z';
type Nodes = Parameters<typeof flow>[0];

/** A flow, a profile and an event, ready to run. */
function setUp(nodes: Nodes, edges: string[], given: { event?: Partial<Event>; when?: Json } = {}) {
  const exact = Object.fromEntries(
    Object.entries(nodes).map(([id, [plugin, config]]) => [id, [`${plugin}@1.0.0`, config] as [string, unknown]]),
  );
  const trigger = given.when === undefined ? {} : { when: given.when };
  const compiled = compileFlow(published(flow(exact, edges, trigger), 3), registry);
  const profile = testProfile();
  const base = { profile, session: undefined, now: NOW, partition: 2, batch: 'batch-1' };
  const event = testEvent({ messageId: 'm1', source: 's', ...given.event });
  return {
    profile,
    trace: () => profile.get('traits.trace'),
    run: () => runFlow(compiled, { ...base, event }) as FlowRunResult,
    resume: (continuation: Continuation, answer: ResumeAnswer) =>
      // As it comes back from the store.
      resumeFlow(compiled, JSON.parse(JSON.stringify(continuation)) as Continuation, answer, base),
  };
}

const deliveries = (outbox: OutboxEntry[]) => outbox.filter((e): e is OutboxDelivery => e.kind !== 'emit');
const opened = (result: FlowRunResult): OutboxDelivery => {
  const [open] = deliveries(result.outbox);
  if (open === undefined) throw new Error('nothing is open');
  return open;
};
const keys = (result: FlowRunResult) => result.outbox.map(({ key }) => key);
const left = (result: FlowRunResult) => result.steps.map((step) => `${step.node}.${step.port ?? '!'}`);

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

describe('resumeFlow', () => {
  it('goes on where a delivery left the run, with its output', () => {
    const { run, resume, trace } = setUp(
      { s: ['send'], a: ['mark', { mark: '{{ input.id }}' }], b: ['mark', { mark: 'b' }] },
      ['trigger > s', 's > a', 'trigger > b'],
    );
    const first = run();
    expect(first).toMatchObject({ status: 'waiting', notable: true });
    expect(trace()).toBe('b');
    const open = opened(first);
    expect(open).toMatchObject({
      kind: 'delivery',
      key: 's:m1:test@3:s:1',
      destination: 'somewhere',
      dueAt: NOW,
      payload: { input: null },
      config: { to: 'somewhere' },
      run: { flow: 'test', version: 3, node: 's', plugin: 'send@1.0.0', visits: { s: 1, b: 1 } },
    });
    const second = resume(open.run, { port: 'out', output: { id: 7 } });
    expect(trace()).toBe('b7');
    expect(second).toMatchObject({ run: 's:m1:test@3', status: 'done', notable: true });
    expect(left(second)).toEqual(['b.out', 's.out', 'a.out']);
    expect(second.nodeCounts).toEqual({ 'test@3/s/out': 1, 'test@3/a/out': 1 });
  });

  it('takes the failed port of a delivery that was given up, or fails there', () => {
    const given = setUp({ s: ['send'], a: ['mark', { mark: '{{ input.error }}' }] }, ['trigger > s', 's.failed > a']);
    const open = opened(given.run());
    expect(given.resume(open.run, { output: null, error: 'gone' })).toMatchObject({
      status: 'done',
      steps: [
        { node: 's', port: 'failed', error: 'gone' },
        { node: 'a', port: 'out' },
      ],
    });
    expect(given.trace()).toBe('gone');
    const { run, resume } = setUp({ s: ['drop'] }, ['trigger > s']);
    const result = resume(opened(run()).run, { error: 'gone' });
    expect(result).toMatchObject({ status: 'failed', steps: [{ node: 's', error: 'gone' }] });
    expect(result.nodeCounts).toEqual({ 'test@3/s/error': 1 });
  });

  it('fails the run when the answer names a port or a node that is not there', () => {
    const { run, resume } = setUp({ s: ['send'] }, ['trigger > s']);
    const open = opened(run()).run;
    expect(resume(open, { port: 'toString' })).toMatchObject({ status: 'failed' });
    expect(resume({ ...open, node: 'constructor' }, { port: 'out' })).toMatchObject({ status: 'failed' });
  });

  it('waits until a time and hands the input on; a time that is past holds nobody up', () => {
    const until = '2026-01-05T00:00:00.000Z';
    const nodes: Nodes = {
      a: ['shout', { times: 3 }],
      w: ['pause', { until }],
      b: ['mark', { mark: '{{ input.times }}' }],
    };
    const { run, resume, trace } = setUp(nodes, ['trigger > a', 'a > w', 'w > b']);
    const open = opened(run());
    expect(open).toMatchObject({ kind: 'wait', destination: 'wait', dueAt: until, payload: null });
    resume(open.run, { output: null });
    expect(trace()).toBe('3');
    const past = setUp({ w: ['pause', { until: '2020-01-01T00:00:00Z' }], b: ['mark'] }, ['trigger > w', 'w > b']);
    expect(past.run()).toMatchObject({ status: 'done' });
    expect(past.trace()).toBe('x');
    expect(setUp({ w: ['pause', { until: 'never' }] }, ['trigger > w']).run().status).toBe('failed');
  });

  it('counts the visits of a loop on, so that each has a key of its own', () => {
    const nodes: Nodes = { s: ['send'], w: ['pause', { until: '2027-01-01T00:00:00Z' }] };
    const { run, resume } = setUp(nodes, ['trigger > s', 's > w', 'w > s']);
    let result = run();
    const seen: string[] = [];
    for (let i = 0; i < 6; i++) {
      seen.push(...keys(result));
      result = resume(opened(result).run, {});
    }
    expect(seen).toEqual([1, 2, 3].flatMap((n) => [`s:m1:test@3:s:${n}`, `s:m1:test@3:w:${n}`]));
  });

  it('never gives two branches that meet later the same key', () => {
    const { run, resume } = setUp({ s1: ['send'], s2: ['send'], s3: ['send'], meet: ['send'], end: ['send'] }, [
      'trigger > s1',
      'trigger > s2',
      'trigger > s3',
      's1 > meet',
      's2 > meet',
      's3 > meet',
      'meet > end',
    ]);
    const all: string[] = [];
    const runs = new Set<string>();
    const follow = (result: FlowRunResult): void => {
      all.push(...keys(result));
      for (const { run: open } of deliveries(result.outbox)) {
        runs.add(open.run);
        follow(resume(open, { port: 'out' }));
      }
    };
    follow(run());
    expect(all).toHaveLength(9);
    expect(new Set(all).size).toBe(9);
    expect(runs.size).toBe(3);
    // The same again, in the other order of answers: keys depend on the path alone.
    const again: string[] = [];
    const reverse = (result: FlowRunResult): void => {
      again.push(...keys(result));
      for (const { run: open } of deliveries(result.outbox).reverse()) reverse(resume(open, { port: 'out' }));
    };
    reverse(run());
    expect(again.sort()).toEqual(all.sort());
  });
});
