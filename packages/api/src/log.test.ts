import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Engine } from '@tributary/engine';
import type { Json } from '@tributary/sdk';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from './testing/client.js';
import { loggedDeployment } from './testing/logged-deployment.js';

/** What must be in no line: a marker for each kind of personal data, and for what lies in addresses. */
const MARKERS = {
  email: 'zz-mail@person.example',
  phone: '+4915112345678',
  name: 'Zzname',
  userId: 'zz-user-id',
  anonymousId: 'zz-anonymous-id',
  messageId: 'zz-message-id',
  ip: '203.0.113.77',
  userAgent: 'ZzAgent/1.0',
  trait: 'zz-trait-value',
  property: 'zz-property-value',
  event: 'Zz Event',
  token: 'zz-token-in-query',
  path: 'zz-path',
};

const receiver = createServer((req, res) => {
  req.resume();
  res.writeHead(500).end(`no thanks, ${MARKERS.email}`);
});
let deployment: Awaited<ReturnType<typeof loggedDeployment>>;
let token = '';

beforeAll(async () => {
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  deployment = await loggedDeployment();
  const { engine } = deployment;
  token = (await engine.tokens.ensure(undefined)) as string;
  await engine.sources.create({ id: 'site', name: 'Site', writeKey: 'key' });
  const { port } = receiver.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/${MARKERS.path}?token=${MARKERS.token}`;
  await publish(engine, 'hook', { plugin: 'webhook@^1', config: { url } });
  await publish(engine, 'ask', { plugin: 'http-request@^1', config: { url: '{{ event.properties.url }}' } });
  await publish(engine, 'throws', { plugin: 'thrower@^1', config: {} });
  // Workers take a new flow within a second or two.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
});
afterAll(async () => {
  await deployment.stop();
  receiver.close();
});

async function publish(engine: Engine, id: string, node: Json): Promise<void> {
  const trigger = { events: ['track'] as const, names: [MARKERS.event] };
  const edges = [{ from: 'trigger', to: 'node' }];
  await engine.flows.saveDraft(id, { id, trigger, nodes: { node }, edges } as never);
  await engine.flows.publish(id);
}

async function post(path: string, body: unknown, key = 'key'): Promise<number> {
  const headers = {
    Authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}`,
    'Content-Type': 'application/json',
    'User-Agent': MARKERS.userAgent,
  };
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return (await fetch(`${deployment.url}${path}`, { method: 'POST', headers, body: text })).status;
}
const get = async (path: string) =>
  (await fetch(`${deployment.url}${path}`, { headers: { Authorization: `Bearer ${token}` } })).status;

const person = {
  userId: MARKERS.userId,
  anonymousId: MARKERS.anonymousId,
  context: { ip: MARKERS.ip, userAgent: MARKERS.userAgent },
};
const identify = {
  ...person,
  messageId: `${MARKERS.messageId}-1`,
  traits: { email: MARKERS.email, phone: MARKERS.phone, firstName: MARKERS.name, plan: MARKERS.trait },
};
const track = (n: number, properties: object = {}) => ({
  ...person,
  event: MARKERS.event,
  messageId: `${MARKERS.messageId}-${n}`,
  properties: { note: MARKERS.property, url: `not an address ${MARKERS.property}`, ...properties },
});
const said = (message: string) => deployment.lines.filter((line) => line.includes(`"msg":"${message}"`));

it('no line of the log holds personal data, also when everything fails', async () => {
  const { engine, lines, raw, sql } = deployment;
  // The store refuses the row, and says so with the row.
  await sql("ALTER TABLE tributary.identifiers ADD CONSTRAINT nope CHECK (id NOT LIKE 'userId:%') NOT VALID");
  expect(await post('/v1/identify', identify)).toBe(200);
  await eventually(async () => raw.length > 1);
  await sql('ALTER TABLE tributary.identifiers DROP CONSTRAINT nope');
  await eventually(async () => engine.profiles.byIdentifier(`email:${MARKERS.email}`));
  // Without this the test would prove nothing.
  expect(raw.join()).toContain(MARKERS.userId);

  // Deliveries that fail, a plugin that throws, and one that is given no address.
  expect(await post('/v1/track', track(2))).toBe(200);
  expect(await post('/v1/track', track(3, { url: `http://127.0.0.1:1/?q=${MARKERS.property}` }))).toBe(200);
  await eventually(async () => (await engine.effects.deliveries({ limit: 10, status: 'dead' })).items.length >= 3);
  await eventually(async () => (await engine.effects.runs({ limit: 10, status: 'failed' })).items.length >= 2);

  // Bad events, a bad body, a bad key, a body that is too large.
  expect(await post('/v1/batch', { batch: [{ ...person, type: MARKERS.name }, MARKERS.email, null] })).toBe(200);
  expect(await post('/v1/track', `{"email": "${MARKERS.email}", ${MARKERS.name}`)).toBe(400);
  expect(await post('/v1/track', track(4), MARKERS.token)).toBe(401);
  expect(await post('/v1/track', track(5, { big: MARKERS.trait.repeat(40_000) }))).toBe(413);
  await eventually(async () => (await engine.effects.quarantine({ limit: 10 })).items.length >= 3);

  // Personal data in addresses, answered and not.
  expect(await get(`/api/profiles?identifier=email:${encodeURIComponent(MARKERS.email)}`)).toBe(200);
  expect(await get(`/api/profiles/${MARKERS.userId}`)).toBe(404);
  expect(await get(`/v1/profile?writeKey=key&anonymousId=${MARKERS.anonymousId}`)).toBe(200);
  expect(await get(`/${MARKERS.path}/${MARKERS.email}?q=${MARKERS.token}`)).toBe(404);
  await sql('ALTER TABLE tributary.identifiers RENAME TO elsewhere');
  expect(await get(`/api/profiles?identifier=email:${encodeURIComponent(MARKERS.email)}`)).toBe(500);
  await sql('ALTER TABLE tributary.elsewhere RENAME TO identifiers');

  expect(said('The queue lives with a fault').length).toBeGreaterThan(0);
  expect(said('Management request').length).toBeGreaterThan(1);
  expect(said('A request failed')).toHaveLength(1);
  const metrics = await (await fetch(`${deployment.url}/metrics`)).text();
  const text = `${lines.join('')}${metrics}`.toLowerCase();
  for (const [kind, marker] of Object.entries(MARKERS)) {
    expect(text.includes(marker.toLowerCase()), `${kind} in the log or the metrics`).toBe(false);
  }
  expect(text).not.toContain(token.toLowerCase());
  expect(metrics).toMatch(/tributary_deliveries_total\{destination="127\.0\.0\.1:\d+",result="dead"\} [12]/);
});
