import { setTimeout as sleep } from 'node:timers/promises';
import { uncounted } from '../oracle/accounting.js';
import { copiesOf, peopleOf } from '../oracle/identity.js';
import { judge } from '../oracle/judge.js';
import type { Finding, Observed } from '../oracle/observed.js';
import type { Workload } from '../workload/types.js';
import { type Servers, startApi } from './api.js';
import { Feeder } from './feed.js';
import { observe, settled } from './observe.js';
import { startReceiver } from './receiver.js';
import { makeSchedule, ROUNDS } from './schedule.js';
import { LOCK_MS, Workers } from './workers.js';

const WORKERS = 3;
/** A delivery that a dead worker had in hand is taken again when its lease is over: minutes after that. */
const SETTLE_MS = 300_000;

export interface Outcome {
  observed: Observed;
  findings: Finding[];
  again: number;
  /** What happened, in a line or two. */
  report: string;
}

/** Sends the workload through a deployment whose workers are killed all the time, and judges what it made of it. */
export async function run(servers: Servers, workload: Workload): Promise<Outcome> {
  const receiver = await startReceiver();
  const api = await startApi(servers, receiver.url);
  const workers = new Workers(servers, WORKERS);
  try {
    const began = Date.now();
    const seconds = () => `${((Date.now() - began) / 1_000).toFixed(1)} s`;
    await workers.ready();
    const feeder = new Feeder(api, workload);
    let busy = 0;
    for (const [n, round] of makeSchedule(workload.seed, WORKERS).entries()) {
      // A kill shall hit work, not the beginning of a process.
      await workers.ready();
      const work = [feeder.send(n, ROUNDS + 1)];
      if (round.stalled !== undefined) work.push(workers.stall(round.stalled, 2 * LOCK_MS));
      work.push(
        sleep(round.delay).then(async () => {
          if ((await api.queue.waiting()).length > 0) busy += round.victims.length;
          await Promise.all(round.victims.map((victim) => workers.kill(victim)));
        }),
      );
      await Promise.all(work);
    }
    await feeder.send(ROUNDS, ROUNDS + 1);
    const killed = seconds();
    const quiet = await settled(api, SETTLE_MS);
    const done = seconds();
    const observed = await observe(api, receiver.hooks, identifiersOf(workload));
    const findings = judge(workload.sent, observed, feeder.again);
    if (!quiet) findings.push({ promise: 'G6', what: `work was left ${SETTLE_MS / 1_000} s after the last kill` });
    const report = [
      `seed ${workload.seed}: ${workload.sent.length} calls, ${observed.profiles.length} profiles,`,
      `${observed.profiles.reduce((sum, { absorbed }) => sum + absorbed.length, 0)} merges,`,
      `${observed.hooks.length} webhook calls, ${workers.kills} kills (${busy} amid work), ${workers.stalls} stalls,`,
      `${feeder.again} calls sent again, ${uncounted(observed, workload.sent)} passages not counted;`,
      `killed until ${killed}, done after ${done}, judged after ${seconds()}`,
      ...workers.surprises,
      ...new Set(api.log),
    ].join(' ');
    return { observed, findings, again: feeder.again, report };
  } finally {
    await workers.stop();
    await api.engine.stop(1_000);
    await receiver.close();
  }
}

function identifiersOf(workload: Workload): string[] {
  const good = [...copiesOf(workload.sent).values()].flatMap(([first]) => (first && !first.bad ? [first] : []));
  const people = peopleOf(good);
  return [...people.ownerOf.keys(), ...people.claimants.keys()];
}
