import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { anyFlow, definitionOf, type Flow } from '../arbitraries/flows.js';
import { anyData, type Data, propertiesOf } from '../arbitraries/scope.js';
import { hold } from '../checks/fault.js';
import { inTime, send, type World } from '../run/world.js';
import { TOKEN, WRITE_KEY } from '../server/program.js';
import { kind } from './kind.js';

const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };

/** Whatever a flow is made of: it is refused with places and reasons, or an event passes through it in time. */
export const flows = kind<[Flow, Data]>({
  name: 'flow',
  share: 3,
  chunk: 10,
  cases: fc.tuple(anyFlow, anyData),
  async check(world, [flow, data]) {
    const id = world.flowIds.pop() ?? world.unique();
    try {
      await passThrough(world, id, flow, data);
    } finally {
      world.flowIds.push(id);
    }
  },
});

async function passThrough(world: World, id: string, flow: Flow, data: Data): Promise<void> {
  const name = world.unique();
  const call = async (method: string, path: string, body: string) => {
    const answer = await send(world, 'flow', { method, path, headers, body });
    inTime(world, `${method} ${path}`, answer.ms);
    return answer;
  };
  const draft = await call('PUT', `/api/flows/${id}`, definitionOf(id, name, flow));
  if (draft.status !== 200) return;
  const { faults } = JSON.parse(draft.body.toString()) as { faults: { path: string; code: string; message: string }[] };
  for (const fault of faults) {
    const told = fault.code !== '' && fault.message.length > 3 && (fault.path === '' || fault.path.startsWith('/'));
    hold(told, () => `A fault without place or reason: ${JSON.stringify(fault)}`);
  }
  const published = await call('POST', `/api/flows/${id}/publish`, '{}');
  hold(
    (published.status === 200) === (faults.length === 0),
    () => `Faults ${JSON.stringify(faults)}: ${published.body}`,
  );
  if (published.status !== 200) return;
  try {
    await pass(world, name, data);
  } finally {
    await world.client.change('POST', `/api/flows/${id}/rollback`, { version: null });
  }
}

async function pass(world: World, event: string, data: Data): Promise<void> {
  const me = world.unique();
  const given = propertiesOf(data);
  const size = Buffer.byteLength(JSON.stringify(given));
  const properties = size > 30_000 ? { ...given, list: [1, 2, 3] } : given;
  const answer = await send(world, 'flow', {
    method: 'POST',
    path: '/v1/track',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ writeKey: WRITE_KEY, anonymousId: me, event, properties }),
  });
  if (answer.status === 503) world.tally.perhaps++;
  if (answer.status !== 200) return;
  world.tally.accepted++;
  world.tally.note('flow', 'passed');
  const begun = performance.now();
  const deadline = Date.now() + world.patience;
  for (let pause = 8; ; pause = Math.min(100, pause * 1.5)) {
    await sleep(pause);
    if ((await world.client.read(`/api/profiles?identifier=anonymousId:${me}`)) !== undefined) break;
    hold(Date.now() < deadline, `The event did not come through the flow within ${world.patience} ms`);
  }
  inTime(world, 'An event through a flow', performance.now() - begun);
}
