import { describe, expect, it } from 'vitest';
import { deliveries, keys, left, NOW, type Nodes, opened, setUp } from '../fixtures/run.js';
import type { FlowRunResult } from '../types.js';

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

  it.each([{ port: 'out', output: 7 }, { output: null }, { output: null, error: 'gone' }, { port: 'nowhere' }])(
    'closes a run that ends with the delivery as if it had gone on: %j',
    (answer) => {
      for (const plugin of ['send', 'drop']) {
        const { run, resume, close } = setUp({ a: ['mark'], s: [plugin] }, ['trigger > a', 'a > s']);
        const open = opened(run()).run;
        expect(open.last).toBe(true);
        expect(close(open, answer)).toEqual(resume(open, answer));
      }
    },
  );

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
