import { commandOf } from '../command.js';
import { type StoreName, startServers } from '../deployment/servers.js';
import { FAULT_NAMES, type FaultName } from '../faults/faults.js';
import { crashPoints, mustBeMet } from '../faults/points.js';
import { judge } from '../oracle/judge.js';
import type { Finding, Observed } from '../oracle/observed.js';
import { type PromiseLine, promiseLines } from '../report/promises.js';
import type { Workload } from '../workload/types.js';
import { makeWorkload } from '../workload/workload.js';
import { play } from './play.js';

export interface ChaosOptions {
  seed: number;
  events: number;
  people: number;
  store: StoreName;
  /** Which faults; all of them by default. */
  faults?: readonly FaultName[];
  /** At which points processes die: by default at every one that the engine names for this store. */
  crashPoints?: readonly string[];
  /** A safeguard of the engine (`SAFEGUARDS`) that every process goes without, to see that it would be noticed. */
  weaken?: string;
  /** A crash point at which every process that comes by dies, up to eight times in all. */
  often?: string;
  /** A crash point at which the first process to come by is stopped until the others have done all batches. */
  stopAt?: string;
  /** In how many parts the events are sent; each part is accompanied by one fault. */
  rounds?: number;
  progress?(text: string): void;
}

/** What a run found. */
export interface Report {
  /** The command line that runs it again. */
  command: string;
  seed: number;
  store: StoreName;
  servers: string[];
  /** Calls that were sent; copies and bad ones are among them. */
  events: number;
  people: number;
  promises: PromiseLine[];
  findings: Finding[];
  /** Deaths by crash point. One without any is among the findings too. */
  points: { [point: string]: number };
  faults: { [name: string]: number };
  counts: { [what: string]: number };
  /** Ends of processes that nobody brought about. */
  surprises: string[];
  /** The last words of each process. */
  words: string[];
  seconds: { sent: number; done: number; judged: number };
  /** What was judged: not for the paper. */
  evidence: { workload: Workload; observed: Observed; again: number };
}

/** Enough that every fault comes up and every crash point is met, and for long runs in proportion. */
function roundsFor(events: number, store: StoreName, points: readonly string[]): number {
  // One process dies once at a time, so it has to be given something more often.
  return Math.max(store === 'embedded' && points.length > 0 ? 40 : 30, timesFor(events));
}

const timesFor = (events: number) => Math.ceil(events / 2_500);

/** With what goes without saying: the faults, the crash points and the number of rounds. */
export function complete(options: ChaosOptions) {
  const { faults = FAULT_NAMES, crashPoints: points = crashPoints(options.store) } = options;
  const rounds = options.rounds ?? roundsFor(options.events, options.store, points);
  return { ...options, faults, crashPoints: points, rounds };
}

/** Sends a workload through real processes on real servers, does to them what the seed says, and judges the outcome. */
export async function runChaos(options: ChaosOptions): Promise<Report> {
  const {
    seed,
    events,
    people,
    store,
    faults,
    crashPoints: points,
    rounds,
    progress = () => undefined,
  } = complete(options);
  const began = Date.now();
  const seconds = () => Math.round((Date.now() - began) / 100) / 10;
  const workload = makeWorkload({ seed, events, people, poison: faults.includes('poison') });
  const servers = await startServers(store);
  try {
    const played = await play({
      servers,
      workload,
      faults,
      points,
      rounds,
      times: timesFor(events),
      env: {
        ...(options.weaken !== undefined && { TRIBUTARY_CHAOS_WEAKEN: options.weaken }),
        ...(options.often !== undefined && { TRIBUTARY_CHAOS_OFTEN: options.often }),
        ...(options.stopAt !== undefined && { TRIBUTARY_CHAOS_STOP: options.stopAt }),
      },
      progress,
    });
    const done = seconds();
    progress('judging');
    const { observed, again } = played;
    const findings = [...judge(workload.sent, observed, again), ...played.complaints];
    if (played.open !== undefined) {
      findings.push({ promise: 'G6', what: `work was left minutes after the last fault: ${played.open}` });
    }
    for (const [point, deaths] of played.points) {
      if (deaths === 0 && mustBeMet(store, point))
        findings.push({ promise: 'suite', what: `nobody came by the crash point ${point}` });
    }
    const served = [servers.queueServer?.name, servers.storeServer?.name ?? 'PGlite'];
    return {
      command: commandOf(options),
      seed,
      store,
      servers: served.filter((name) => name !== undefined),
      events: workload.sent.length,
      people: workload.people,
      promises: promiseLines({ findings, observed, workload, again }),
      findings,
      points: Object.fromEntries(played.points),
      faults: Object.fromEntries(played.faults),
      counts: {
        profiles: observed.profiles.length,
        merges: observed.profiles.reduce((sum, { absorbed }) => sum + absorbed.length, 0),
        deliveries: observed.deliveries.length,
        'webhook calls': observed.hooks.length,
        'webhook calls refused': Object.values(played.refused).reduce((sum, n) => sum + n, 0),
        'processes started': played.starts,
        'requests sent again': [...played.resent.values()].reduce((sum, n) => sum + n, 0),
        'calls sent again': again,
        'hours let pass at the end': played.hours,
      },
      surprises: played.surprises,
      words: played.words,
      seconds: { sent: Math.round(done - played.settleMs / 1_000), done, judged: seconds() },
      evidence: { workload, observed, again },
    };
  } finally {
    await servers.stop();
  }
}
