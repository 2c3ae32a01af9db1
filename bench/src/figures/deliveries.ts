import { setTimeout as sleep } from 'node:timers/promises';
import { deploy } from '../deployment/deployment.js';
import { webhookFlow } from '../deployment/flows.js';
import { load as loadAverage } from '../machine/load.js';
import { percentile, type Spread, spread } from '../machine/numbers.js';
import { startProgram } from '../programs/program.js';
import { allInTurn } from './compare.js';
import { arrived, BATCH, Rates, type Received, type Receiver } from './delivered.js';
import type { Context, Figure, Line } from './figure.js';

/** Deliveries each second that are wanted. */
const AIM = 5_000;

/** From accepted to delivered by a signed webhook. */
export const deliveries: Figure = {
  name: 'deliveries',
  title: 'events/s from accepted to delivered by a signed webhook, each event delivered',
  async run(context) {
    const receiver = await startProgram<object, Received>('load/receiver', {});
    try {
      return [...(await rates(context, receiver)), await idle(context, receiver)];
    } finally {
      await receiver.stop();
    }
  },
};

async function rates(context: Context, receiver: Receiver): Promise<Line[]> {
  const before = loadAverage();
  const { ours, fromRows, fromRequest, cpu } = new Rates(context, receiver);
  const all = await allInTurn(context.scale.rounds, ours, fromRows, fromRequest);
  const [found, rows, way] = all as [Spread, Spread, Spread];
  const line = (variant: string, what: string, ceiling: Spread, notes: string[]): Line => {
    const ratio = found.median / ceiling.median;
    return {
      figure: 'deliveries',
      variant: `Redis + PostgreSQL, batches of ${BATCH}, 50 connections, ${variant}`,
      unit: 'deliveries/s',
      ceiling: { what, ...ceiling },
      ours: found,
      ratio,
      aim: `>= 0.5, >= ${AIM}/s`,
      held: ratio >= 0.5 && found.median >= AIM,
      load: before,
      notes,
    };
  };
  return [
    line('the ceiling from the rows on', 'delivery program without logic', rows, [
      'ours with the load generator and the whole way from the request; the ceiling begins at rows that are due',
    ]),
    line('the ceiling from the request on', 'program without logic that delivers', way, [
      `ours: ${cpu.ours}`,
      `ceiling: ${cpu.ceiling}`,
    ]),
  ];
}

async function idle({ servers, scale }: Context, receiver: Receiver): Promise<Line> {
  const before = loadAverage();
  const backend = await servers.fresh('postgres');
  const tributary = await deploy({ backend, flows: [webhookFlow(receiver.hello.url)] });
  const times: number[] = [];
  try {
    for (let n = 0; n < Math.max(5, Math.min(60, scale.seconds * 8)); n++) {
      const at = (await receiver.ask({})).received;
      const begun = performance.timeOrigin + performance.now();
      await tributary.send({ event: 'Product Viewed', anonymousId: 'device-idle', messageId: `idle-${n}` });
      times.push((await arrived(receiver, at + 1, 20)).lastAt - begun);
      await sleep(80);
    }
  } finally {
    await tributary.stop();
  }
  const p50 = percentile(times, 0.5);
  return {
    figure: 'deliveries',
    variant: 'at idle, from the request sent to the webhook received, p50',
    unit: 'ms',
    ours: spread([p50]),
    aim: '<= 50 ms',
    held: p50 <= 50,
    load: before,
    notes: [`${times.length} events one after the other, p99 ${percentile(times, 0.99).toFixed(1)} ms`],
  };
}
