import { setTimeout as sleep } from 'node:timers/promises';
import { Feeder } from '../client/feed.js';
import { Deployment } from '../deployment/deployment.js';
import { openEye } from '../deployment/eye.js';
import { Receiver } from '../deployment/receiver.js';
import type { Servers } from '../deployment/servers.js';
import { FAULTS, type FaultName, makeSchedule } from '../faults/faults.js';
import { Hunter } from '../faults/hunter.js';
import { mustBeMet } from '../faults/points.js';
import type { Fault, World } from '../faults/world.js';
import { SOURCE } from '../oracle/effects.js';
import type { Finding, Promised } from '../oracle/observed.js';
import { Random } from '../workload/random.js';
import type { Workload } from '../workload/types.js';
import { finish, type Left } from './finish.js';
import { isolated } from './isolated.js';
import { recovered } from './recovered.js';
import { wakeStopped } from './wake.js';

/** When the events of a round are done, so long is waited for what was handed over. */
const AFTER_MS = 1_000;
const TOGETHER_MS = 500;
const ARMED_MS = 20_000;

export interface Play {
  servers: Servers;
  workload: Workload;
  faults: readonly FaultName[];
  points: readonly string[];
  rounds: number;
  /** In how many of them something is done; each fault is, once. */
  times: number;
  env: { [name: string]: string };
  progress(text: string): void;
}

export interface Played extends Left {
  /** How often each fault was done. */
  faults: Map<string, number>;
  /** Deaths by crash point. */
  points: ReadonlyMap<string, number>;
  /** Calls that were sent again, and may have been taken the first time. */
  again: number;
  resent: ReadonlyMap<string, number>;
  refused: Receiver['refused'];
  starts: number;
  surprises: string[];
  /** The last words of each process. */
  words: string[];
  /** What was seen to be wrong while it ran. */
  complaints: Finding[];
}

/** Sends the workload through a deployment to which all of this is done, and gives what it made of it. */
export async function play({ servers, workload, points, rounds, env, progress, ...wanted }: Play): Promise<Played> {
  const receiver = await Receiver.start();
  const other = await Receiver.start();
  const deployment = new Deployment(servers, env);
  const random = new Random(workload.seed ^ 0x5bd1e995);
  const hunter = new Hunter({
    control: deployment.control,
    points,
    required: (point) => mustBeMet(servers.store, point),
    random,
    togetherMs: servers.store === 'embedded' ? 0 : TOGETHER_MS,
    recovered: () => recovered(world),
    onDeath: ({ role }) => {
      // The supervisor takes longer each time: now and then it is shown, else somebody starts the program anew.
      if (role === 'start' && random.chance(0.85)) for (const place of deployment.places) void place.kill();
    },
  });
  const missed = (point: string) => hunter.deaths.get(point) === 0;
  const complaints: Finding[] = [];
  const complain = (promise: Promised, what: string) => void complaints.push({ promise, what });
  const eye = servers.store === 'embedded' ? undefined : await openEye(servers);
  const world: World = { servers, deployment, receiver, other, random, missed, complain, ...(eye && { eye }) };
  const faults = new Map<string, number>();
  try {
    await deployment.prepare(receiver.url, other.url);
    const apart = wanted.faults.includes('hook-dead');
    const feeder = new Feeder(() => deployment.apis.map(({ url }) => url), SOURCE, workload);
    const schedule = makeSchedule(world, wanted.faults, { rounds: apart ? rounds - 1 : rounds, times: wanted.times });
    hunter.start();
    for (let n = 0; n < (apart ? rounds - 1 : rounds); n++) {
      const name = schedule[n];
      const { acknowledged } = feeder;
      progress(
        `round ${n + 1} of ${rounds}: ${name ?? 'no fault'}; ${acknowledged} events in, ${hunter.total} deaths at crash points`,
      );
      // Whoever is to die shall have something to die of.
      if (hunter.missing.length > 0) await hunter.armed(ARMED_MS);
      const before = hunter.total;
      const fault: Fault | undefined = name && FAULTS[name];
      await fault?.before?.(world);
      const work = [feeder.send(n, rounds)];
      if (fault) work.push(fault.play(world));
      await Promise.all(work);
      if (name) faults.set(name, (faults.get(name) ?? 0) + 1);
      if (hunter.missing.length > 0) await until(() => hunter.total > before, recovered(world));
    }
    await hunter.stop();
    if (apart) {
      progress('a destination is dead until everything else is done');
      await isolated(world, () => feeder.send(rounds - 1, rounds));
    }
    progress('everything is sent: waiting until it is done');
    if (env.TRIBUTARY_CHAOS_STOP !== undefined) await wakeStopped(world);
    const left = await finish(world, workload, progress);
    const { again, reasons: resent } = feeder;
    const starts = deployment.places.reduce((sum, place) => sum + place.starts, 0);
    const { surprises, words } = deployment;
    return {
      ...left,
      complaints,
      faults,
      points: hunter.deaths,
      again,
      resent,
      refused: receiver.refused,
      starts,
      surprises,
      words,
    };
  } finally {
    await hunter.stop();
    await deployment.end();
    await receiver.close().catch(() => {});
    await other.close().catch(() => {});
    await eye?.close();
  }
}

/** Resolves when it is so, or a while after it cannot become so any more. */
async function until(isSo: () => boolean, over: Promise<void>): Promise<void> {
  let isOver = false;
  void over.then(async () => {
    await sleep(AFTER_MS);
    isOver = true;
  });
  while (!isSo() && !isOver) await sleep(50);
}
