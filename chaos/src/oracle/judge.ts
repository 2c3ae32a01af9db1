import type { Sent } from '../workload/types.js';
import { checkAccounting } from './accounting.js';
import { checkEffects } from './effects.js';
import { copiesOf, peopleOf } from './identity.js';
import { pair } from './match.js';
import type { Finding, Observed } from './observed.js';
import { appliedOf, checkOnce } from './once.js';
import { checkOrder } from './order.js';
import { checkStates } from './replay.js';

/** Compares what was accepted with what a deployment made of it. Without findings every promise was kept. */
export function judge(sent: readonly Sent[], observed: Observed, again = 0): Finding[] {
  const copies = copiesOf(sent);
  const applied = appliedOf(observed, copies);
  const people = peopleOf(applied);
  const { pairs, findings } = pair(people, observed);
  return [
    ...findings,
    ...checkOrder(observed, copies),
    ...checkOnce(people, pairs, observed, copies),
    ...checkStates(people, pairs, copies),
    ...checkEffects(observed, applied),
    ...checkAccounting(observed, sent, copies, again),
  ];
}
