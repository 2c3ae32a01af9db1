import { isPoison, type Sent } from '../workload/types.js';
import type { Finding, Observed } from './observed.js';

/**
 * G7, with the oracle's own numbers. `again` are calls of requests that a client had to send twice, because it got no
 * answer: it is not known how many of those had been accepted the first time. Each of them is one more duplicate.
 */
export function checkAccounting(
  { accounting, deadLetters }: Observed,
  sent: readonly Sent[],
  copies: ReadonlyMap<string, Sent[]>,
  again: number,
): Finding[] {
  const findings: Finding[] = [];
  const say = (what: string) => findings.push({ promise: 'G7', what });
  const { accepted, waiting, applied, duplicate, quarantined, deadLettered, emitted } = accounting;
  if (accepted !== waiting + applied + duplicate + quarantined + deadLettered)
    say(`accepted ${accepted} = ${waiting} + ${applied} + ${duplicate} + ${quarantined} + ${deadLettered} is wrong`);
  const firsts = [...copies.values()].map(([first]) => first as Sent);
  const bad = firsts.filter((first) => first.bad).length;
  const poison = firsts.filter(({ call }) => isPoison(call)).map(({ call }) => call.messageId);
  const orders = firsts.filter(({ call, bad }) => !bad && call.event === 'Order Completed').length;
  const equal = (name: string, is: number, should: number, more = 0) => {
    if (is < should || is > should + more)
      say(`${name} is ${is}, should be ${should}${more ? ` to ${more} more` : ''}`);
  };
  equal('accepted', accepted, sent.length, again);
  equal('waiting', waiting, 0);
  equal('applied', applied, firsts.length - bad - poison.length);
  equal('quarantined', quarantined, bad);
  equal('duplicate', duplicate, sent.length - firsts.length, again);
  equal('deadLettered', deadLettered, poison.length);
  equal('emitted', emitted, orders);
  const passages = passagesOf(firsts);
  for (const passage of new Set([...Object.keys(passages), ...Object.keys(accounting.nodes)])) {
    const [is, should] = [accounting.nodes[passage] ?? 0, passages[passage] ?? 0];
    if (is !== should) say(`${passage} was passed ${is} times, should be ${should}`);
  }
  return [...findings, ...checkGivenUp(deadLetters, new Set(poison))];
}

/** G6: what kills its worker is given up, once, and nothing else is. */
function checkGivenUp(deadLetters: Observed['deadLetters'], poison: Set<string>): Finding[] {
  const findings: Finding[] = [];
  for (const { event, reason } of deadLetters) {
    if (!poison.delete(event.messageId))
      findings.push({ promise: 'G6', what: `${event.messageId} was given up: ${reason}` });
  }
  for (const messageId of poison)
    findings.push({ promise: 'G6', what: `${messageId} kills its worker, and is not given up` });
  return findings;
}

/** How often each node of the test's flows has to be passed. */
function passagesOf(firsts: readonly Sent[]): { [passage: string]: number } {
  const times = (event: string) => firsts.filter(({ call, bad }) => !bad && call.event === event).length;
  const [plans, carts, orders] = ['Plan Changed', 'Cart Updated', 'Order Completed'].map(times) as [
    number,
    number,
    number,
  ];
  const groups = firsts.filter(({ call, bad }) => !bad && call.type === 'group').length;
  const passages: { [passage: string]: number } = {
    'plan@1/copy/out': plans,
    'counted@1/add/out': orders,
    'groups@1/note/out': groups,
  };
  for (const node of ['full', 'hold', 'waited']) passages[`cart@1/${node}/out`] = carts;
  for (const node of ['orders', 'revenue', 'emit', 'tell', 'told']) passages[`orders@1/${node}/out`] = orders;
  return passages;
}
