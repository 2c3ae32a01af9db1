import type { CrashPoint, Safeguard } from '@tributary/engine';
import type { StoreName } from '../deployment/servers.js';
import type { Promised } from '../oracle/observed.js';

/** A run without one safeguard, with what would be harmless with it. */
export interface Mutation {
  safeguard: Safeguard;
  store: StoreName;
  /** Where a process dies. */
  points: readonly CrashPoint[];
  /** Where each that comes by dies, up to eight times. */
  often?: CrashPoint;
  /** Where one stands still until the others have done all batches. */
  stopAt?: CrashPoint;
  /** Not as many people as in the other runs. */
  people?: number;
  /** The promise that must be reported as broken. */
  breaks: Promised;
  /** What happens, in a sentence for the report. */
  story: string;
}

export const MUTATIONS: readonly Mutation[] = [
  {
    safeguard: 'version-check',
    store: 'postgres',
    points: [],
    breaks: 'G4',
    story: 'workers of several partitions write a profile, and one writes over what another has just written',
  },
  {
    safeguard: 'claims',
    store: 'postgres',
    points: [],
    breaks: 'G3',
    story: 'copies of a message that are in two batches are both applied',
  },
  {
    safeguard: 'marks',
    store: 'mongo',
    points: ['mongo:profiles'],
    breaks: 'G3',
    story: 'a worker dies when the profiles are written; its batch is repeated, and applied again',
  },
  {
    safeguard: 'order-guard',
    store: 'postgres',
    points: [],
    stopAt: 'batch:before-claims',
    breaks: 'G2',
    story: 'a worker stands still with a batch, and another goes on with the batches behind it',
  },
  {
    safeguard: 'outbox',
    store: 'postgres',
    points: ['part:before-hand-over'],
    breaks: 'G5',
    story: 'a worker dies between the commit and the effects, which were to follow',
  },
  {
    safeguard: 'ownership-check',
    // On PostgreSQL the batch may be one of several that are joined, and these are written as a whole or not at all.
    store: 'mongo',
    // Of a person with one event the mark stays, and nothing is applied again.
    people: 10,
    points: [],
    // Behind the look for a receipt, which would say that the batch is done.
    stopAt: 'batch:after-replay-removed',
    breaks: 'G3',
    story: 'a worker stands still until its batch and the next ones are done, and then applies it again',
  },
  {
    safeguard: 'absorb-completion',
    store: 'postgres',
    points: [],
    // Not only once: the first profiles that are merged have nothing yet that could be lost.
    often: 'merge:after-freeze',
    breaks: 'G1',
    story: 'workers die amid a merge: what the frozen profile had is in no profile',
  },
];

/** Deaths and stops with every safeguard on: nothing may be reported. */
export const CONTROLS: readonly Omit<Mutation, 'safeguard' | 'breaks'>[] = [
  {
    store: 'postgres',
    points: ['merge:after-freeze'],
    stopAt: 'batch:after-replay-removed',
    story: 'a worker dies amid a merge, another stands still, on PostgreSQL',
  },
  {
    store: 'mongo',
    points: ['mongo:profiles'],
    stopAt: 'batch:before-claims',
    story: 'a worker dies amid a commit, another stands still, on MongoDB',
  },
];
