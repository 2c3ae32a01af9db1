import type { Store } from './store.js';
import { uuid } from './uuid.js';

/**
 * The session of an event, and whether it begins: after a gap (30 minutes), and when the visitor comes by another
 * campaign. The record is `id|last|campaign`, shared by the tabs.
 */
export function sessionOf(store: Store, gap: number, campaign: string): [id: string, isNew: boolean] {
  const now = Date.now();
  const [id, last = 0, before] = (store.read('ses') ?? '').split('|');
  const isNew = now - +last > gap || (!!campaign && campaign !== before);
  const current = isNew ? uuid() : (id as string);
  store.write('ses', [current, now, isNew ? campaign : before].join('|'));
  return [current, isNew];
}
