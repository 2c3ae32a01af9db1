import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '../http/client.js';
import type { Tally } from '../run/world.js';
import { hold } from './fault.js';

export interface Accounting {
  accepted: number;
  waiting: number;
  applied: number;
  duplicate: number;
  quarantined: number;
  deadLettered: number;
  emitted: number;
}

/** Waits until nothing waits any more, and holds G7 against what the client side counted. */
export async function checkAccounting(client: Client, tally: Tally, patience: number): Promise<Accounting> {
  const deadline = Date.now() + patience;
  let now = await read(client);
  while (now.waiting > 0 && Date.now() < deadline) {
    await sleep(100);
    now = await read(client);
  }
  const { accepted, waiting, applied, duplicate, quarantined, deadLettered } = now;
  const said = JSON.stringify(now);
  hold(waiting === 0, () => `Events wait for ever: ${said}`);
  hold(accepted === applied + duplicate + quarantined + deadLettered, () => `The accounting does not add up: ${said}`);
  const most = tally.accepted + tally.perhaps;
  hold(
    accepted >= tally.accepted && accepted <= most,
    () =>
      `${tally.accepted} events were answered with success, at most ${most} were taken, and the accounting says ${said}`,
  );
  return now;
}

async function read(client: Client): Promise<Accounting> {
  const { nodes: _nodes, ...numbers } = (await client.read<Accounting & { nodes: unknown }>(
    '/api/accounting',
  )) as Accounting & {
    nodes: unknown;
  };
  return numbers;
}
