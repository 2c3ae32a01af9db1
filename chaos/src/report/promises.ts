import type { Finding, Observed, Promised } from '../oracle/observed.js';
import type { Workload } from '../workload/types.js';
import { lineOf, shrink } from './shrink.js';

export interface PromiseLine {
  promise: Promised;
  name: string;
  held: boolean;
  /** What was compared, or the first counter-example. */
  text: string;
  findings: number;
  /** The events that lead to the counter-example. */
  events: string[];
}

interface Judged {
  findings: readonly Finding[];
  observed: Observed;
  workload: Workload;
  again: number;
}

/** One line for each promise. */
export function promiseLines({ findings, observed, workload, again }: Judged): PromiseLine[] {
  const { sent } = workload;
  const messages = new Set(sent.map(({ call }) => call.messageId)).size;
  const merges = observed.profiles.reduce((sum, { absorbed }) => sum + absorbed.length, 0);
  const lines: [Promised, string, string][] = [
    ['G1', 'Durable', `${n(messages)} acknowledged messages, each found again`],
    ['G2', 'Order', 'each partition key in the order of acceptance, in every profile'],
    ['G3', 'Once', `${n(sent.length - messages)} copies and ${n(again)} calls that were sent again changed nothing`],
    ['G4', 'Fenced', 'no update was lost, no place in a profile was taken twice'],
    [
      'G5',
      'Effects',
      `${n(observed.deliveries.length)} effects, each delivered, always under its one key and with its one body`,
    ],
    ['G6', 'Isolation', 'nothing was given up, nothing was left undone'],
    ['G7', 'Accounting', accounting(again)],
    ['G9', 'Late data', 'traits, segments and consents are those of the latest events'],
    ['G10', 'Reversible', `${n(merges)} merges, each in the ledger`],
    ['identity', 'Whose it is', `${n(observed.profiles.length)} profiles with the identifiers that they should have`],
    ['suite', 'The suite', 'every crash point was met'],
  ];
  return lines.map(([promise, name, good]) => {
    const own = findings.filter((finding) => finding.promise === promise);
    const [first] = own;
    const events = first ? shrink({ sent, observed, again }, first).map(lineOf) : [];
    return { promise, name, held: own.length === 0, text: first?.what ?? good, findings: own.length, events };
  });
}

function accounting(again: number): string {
  const parts = ['the equation holds, and the numbers are right, those of the nodes too'];
  if (again > 0) parts.push(`accepted and duplicate within the ${n(again)} calls of which a client cannot know`);
  return parts.join('; ');
}

const n = (value: number) => value.toLocaleString('en-US');
