import type { Sent } from '../workload/types.js';
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
  const orders = firsts.filter(({ call, bad }) => !bad && call.event === 'Order Completed').length;
  const equal = (name: string, is: number, should: number, more = 0) => {
    if (is < should || is > should + more)
      say(`${name} is ${is}, should be ${should}${more ? ` to ${more} more` : ''}`);
  };
  equal('accepted', accepted, sent.length, again);
  equal('waiting', waiting, 0);
  equal('applied', applied, firsts.length - bad);
  equal('quarantined', quarantined, bad);
  equal('duplicate', duplicate, sent.length - firsts.length, again);
  equal('deadLettered', deadLettered, 0);
  equal('emitted', emitted, orders);
  for (const { event, reason } of deadLetters)
    findings.push({ promise: 'G6', what: `${event.messageId} was given up: ${reason}` });
  return findings;
}
