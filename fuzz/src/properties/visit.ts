import { setTimeout as sleep } from 'node:timers/promises';
import { anyVisit, type Template, type Visit } from '../arbitraries/calls.js';
import { encode } from '../arbitraries/routes.js';
import { hold } from '../checks/fault.js';
import { checkQuarantined, checkTimeline, checkTraits, type Timeline, type TimelineEvent } from '../checks/stored.js';
import { inTime, send, type World } from '../run/world.js';
import { WRITE_KEY } from '../server/program.js';
import { kind } from './kind.js';

/** A call as it was sent. */
export interface Sent {
  call: { [field: string]: unknown };
  /** Of the request, when it was a batch. */
  context: unknown;
  /** Whether no rule can be broken by it. */
  good: boolean;
}

const SINGLE = /^"(track|page|screen|identify|group|alias)"$/;
const MAX_EVENT = 32 * 1024;

/** What somebody sends is stored and read back equal, or lies in quarantine with place and reason. */
export const visits = kind<Visit>({
  name: 'visit',
  share: 35,
  chunk: 25,
  cases: anyVisit,
  async check(world, visit) {
    const me = world.unique();
    const userId = me + visit.userId;
    const texts = visit.calls.map((template, i) => textOf(template, me, userId, i));
    const type = SINGLE.exec(visit.calls[0]?.type ?? '')?.[1];
    const single = visit.single && texts.length === 1 && type !== undefined;
    const key = visit.keyInBody ? { writeKey: JSON.stringify(WRITE_KEY) } : undefined;
    const head = { ...key, context: visit.context, sentAt: visit.sentAt };
    const body = single
      ? joined({ ...key }, (texts[0] as string).slice(1, -1))
      : joined(head, `"batch":[${texts.join(',')}]`);
    const path = `/v1/${single ? type : 'batch'}`;
    const post = () => send(world, 'visit', { method: 'POST', path, body, headers: headersOf(visit.keyInBody) });
    const answer = await post();
    const tooLarge = Buffer.byteLength(body) > (single ? MAX_EVENT : 500 * 1024);
    if (answer.status === 503) {
      world.tally.putOff++;
      world.tally.perhaps += texts.length;
      return;
    }
    hold(answer.status === (tooLarge ? 413 : 200), () => `A visit was answered ${answer.status} ${answer.body}`);
    if (tooLarge) return;
    world.tally.accepted += texts.length;
    inTime(world, `POST ${path}`, answer.ms);
    const context = single || visit.context === undefined ? undefined : JSON.parse(visit.context);
    const given: Sent[] = (single ? [body] : texts).map((text) => sentOf(text, me, context, type, single));
    await arrived(world, me, userId, given);
    if (visit.again && (await post()).status === 200) {
      world.tally.accepted += texts.length;
      await arrived(world, me, userId, given);
    }
  },
});

function textOf(
  { type, anonymousId, userId, messageId, fields }: Template,
  me: string,
  own: string,
  n: number,
): string {
  const parts: { [field: string]: string | undefined } = { type };
  parts.anonymousId = anonymousId === 'own' ? JSON.stringify(me) : anonymousId;
  // Whoever has an id that others have too would be one with them: then nothing of this case is looked for.
  const shared = anonymousId !== undefined && anonymousId !== 'own';
  if (userId !== undefined && !shared) parts.userId = 'own' in userId ? JSON.stringify(own) : userId.text;
  parts.messageId = 'own' in messageId ? JSON.stringify(`m-${me}-${n}${messageId.own}`) : messageId.text;
  Object.assign(parts, Object.fromEntries(Object.entries(fields).filter(([name]) => name !== '__proto__')));
  if (parts.previousId !== undefined && /^["\d-]/.test(parts.previousId)) {
    parts.previousId = JSON.stringify(`${me}-${JSON.parse(parts.previousId)}`);
  }
  const proto = Object.hasOwn(fields, '__proto__') ? '"__proto__":{"polluted":true}' : '';
  return joined(parts, proto);
}

function joined(fields: { [name: string]: string | undefined }, last: string): string {
  const pairs = Object.entries(fields).filter(([, text]) => text !== undefined);
  return `{${[...pairs.map(([name, text]) => `"${name}":${text}`), ...(last === '' ? [] : [last])].join(',')}}`;
}

function headersOf(keyInBody: boolean): { [name: string]: string } {
  const type = { 'content-type': 'application/json' };
  return keyInBody ? type : { ...type, authorization: `Basic ${Buffer.from(`${WRITE_KEY}:`).toString('base64')}` };
}

function sentOf(text: string, me: string, context: unknown, type: string | undefined, single: boolean): Sent {
  const call = JSON.parse(text) as Sent['call'];
  if (single) call.type = type;
  return { call, context, good: isGood(call, text, me) };
}

/** Whether every part of the call is plainly what docs/collect.md asks for. */
function isGood(call: Sent['call'], text: string, me: string): boolean {
  const name = call.type === 'track' ? call.event : call.name;
  const named = typeof name === 'string' ? name !== '' && name.length <= 1_024 : name == null && call.type !== 'track';
  return (
    ['track', 'page', 'screen', 'identify'].includes(call.type as string) &&
    (named || call.type === 'identify') &&
    call.anonymousId === me &&
    (call.userId === undefined || typeof call.userId === 'string') &&
    call.messageId !== undefined &&
    isKept(call.messageId) &&
    call.timestamp == null &&
    call.originalTimestamp == null &&
    [call.context, call.properties, call.traits].every((part) => part == null || isPlainObject(part)) &&
    text.length < 10_000 &&
    !/[[{]{40}|(\{"a":){40}/.test(text)
  );
}

function isPlainObject(value: unknown): boolean {
  return typeof value === 'object' && !Array.isArray(value);
}

function isKept(id: unknown): id is string {
  return typeof id === 'string' && id.isWellFormed() && !id.includes('\0') && id !== '' && id.length <= 255;
}

/** Waits until each message of this person is found, and compares it with what was sent. */
async function arrived(world: World, me: string, userId: string, given: Sent[]): Promise<void> {
  const missing = new Map<string, Sent>();
  // Of two messages with one id only the first counts.
  for (const one of given) {
    const { messageId: id, anonymousId } = one.call;
    // One that has somebody else's id is in a profile that is not known here.
    if (anonymousId !== undefined && anonymousId !== me && typeof anonymousId !== 'object') continue;
    if (isKept(id) && id.startsWith(`m-${me}-`) && !missing.has(id)) missing.set(id, one);
  }
  const identifiers = [`anonymousId:${me}`];
  if (isKept(userId)) identifiers.push(`userId:${userId}`);
  const deadline = Date.now() + world.patience;
  const found: TimelineEvent[] = [];
  const sent = performance.now();
  for (let pause = world.usual.wait(); missing.size > 0; pause = Math.min(100, pause * 1.5)) {
    await sleep(pause);
    const asked = performance.now();
    const late = Date.now() > deadline;
    for (const identifier of identifiers) {
      if (missing.size > 0) found.push(...(await look(world, identifier, missing)));
    }
    // Reading the quarantine is dear: not for what should not be there.
    if ([...missing.values()].some(({ good }) => late || !good)) await world.quarantine.refresh(late);
    for (const [id, one] of missing) {
      const row = world.quarantine.row(id);
      if (row === undefined) continue;
      checkQuarantined(row, one);
      missing.delete(id);
      world.tally.note('quarantine', row.code);
      if (world.known.length < 5_000) world.known.push(row.id);
    }
    if (missing.size === 0) world.usual.took(asked - sent, pause);
    hold(!late || missing.size === 0, () => `Accepted, and nowhere after ${world.patience} ms: ${[...missing.keys()]}`);
  }
  if (found.length === given.length) await checkTraits(world.client, found);
}

async function look(world: World, identifier: string, missing: Map<string, Sent>): Promise<TimelineEvent[]> {
  const profile = await world.client.read<{ id: string }>(`/api/profiles?identifier=${encode(identifier)}`);
  if (profile === undefined) return [];
  const timeline = await world.client.read<Timeline>(`/api/profiles/${profile.id}/events?limit=200`);
  const found: TimelineEvent[] = [];
  for (const event of timeline?.items ?? []) {
    const sent = missing.get(event.messageId);
    if (sent === undefined) continue;
    checkTimeline(event, sent);
    const copies = timeline?.items.filter((other) => other.messageId === event.messageId).length;
    hold(copies === 1, () => `Message ${event.messageId} is there ${copies} times`);
    missing.delete(event.messageId);
    found.push(event);
    world.tally.note('stored', event.type);
  }
  return found;
}
