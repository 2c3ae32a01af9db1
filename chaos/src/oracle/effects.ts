import { createHash } from 'node:crypto';
import type { Sent } from '../workload/types.js';
import type { Finding, Observed } from './observed.js';

export const SOURCE = 'site';

/** Source, message, flow version, node, visit of the node (design, G5). */
export function effectKey(messageId: string, node: string, flow = 'orders'): string {
  return `${SOURCE}:${messageId}:${flow}@1:${node}:1`;
}

/** An emitted event is named by the node that emitted it. */
export function emittedId(messageId: string): string {
  return `${effectKey(messageId, 'emit')}:e1`;
}

/** The header that carries the key of a webhook, as the page of the plugin says. */
export function webhookId(effect: string): string {
  return `msg_${createHash('sha256').update(effect).digest('hex').slice(0, 40)}`;
}

/** G5: each webhook came at least once, always with the same key and the same body; the rows of all effects are done. */
export function checkEffects({ hooks, deliveries }: Observed, applied: readonly Sent[]): Finding[] {
  const findings: Finding[] = [];
  const say = (what: string) => findings.push({ promise: 'G5', what });
  const bodies = new Map<string, Set<string>>();
  const tellsOf = new Map<string, string>();
  for (const { id, of, digest } of hooks) {
    bodies.set(id, (bodies.get(id) ?? new Set()).add(digest));
    tellsOf.set(id, of);
  }
  const rows = new Map(deliveries.map((row) => [row.id, row]));
  const done = (key: string) => {
    const row = rows.get(key);
    rows.delete(key);
    if (row?.status !== 'delivered') say(`the row ${key} is ${row?.status ?? 'missing'}`);
  };
  const orders = applied.filter(({ call }) => call.event === 'Order Completed').map(({ call }) => call.messageId);
  const called = (messageId: string, key: string) => {
    const id = webhookId(key);
    const came = bodies.get(id);
    bodies.delete(id);
    if (!came) say(`the webhook of ${messageId} never came`);
    else if (came.size > 1) say(`the webhook of ${messageId} came with ${came.size} different bodies`);
    else if (tellsOf.get(id) !== messageId) say(`the webhook of ${messageId} tells of another event`);
    done(key);
  };
  for (const messageId of orders) {
    called(messageId, effectKey(messageId, 'tell'));
    done(emittedId(messageId));
  }
  for (const { call } of applied) {
    if (call.type === 'group') called(call.messageId, effectKey(call.messageId, 'note', 'groups'));
  }
  for (const { call } of applied) if (call.event === 'Cart Updated') done(effectKey(call.messageId, 'hold', 'cart'));
  for (const id of bodies.keys()) say(`the webhook ${id} came, and belongs to no order`);
  for (const id of rows.keys()) say(`the row ${id} belongs to no event`);
  return findings;
}
