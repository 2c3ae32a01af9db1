import { readFile } from 'node:fs/promises';
import type { FlowDefinition, FlowRecord, FlowVersion } from '@tributary/engine';
import { CliError } from '../errors.js';
import { say, sayTable } from '../print.js';
import type { ApiClient } from './api.js';

const at = (id: string, action = '') => `/api/flows/${encodeURIComponent(id)}${action}`;

/** `flow push FILE...`: saves each file as the draft of its flow, and publishes it when asked. */
export async function pushFlows(api: ApiClient, files: string[], publish: boolean): Promise<void> {
  for (const file of files) {
    const definition = await readFlow(file);
    const { faults } = await api.put<{ faults: { path: string; message: string }[] }>(at(definition.id), definition);
    if (faults.length > 0) {
      const list = faults.map(({ path, message }) => `\n  ${path || '/'}: ${message}`).join('');
      if (publish) throw new CliError(`${file} is saved as a draft, but it cannot be published:${list}`);
      say(`${definition.id}: draft saved. It cannot be published yet:${list}`);
    } else if (publish) await publishFlow(api, definition.id);
    else say(`${definition.id}: draft saved.`);
  }
}

/** `flow publish ID`. */
export async function publishFlow(api: ApiClient, id: string): Promise<void> {
  const { version } = await api.post<FlowVersion>(at(id, '/publish'));
  say(`${id}: version ${version} is live.`);
}

/** `flow rollback ID VERSION`: `off` switches the flow off. */
export async function rollbackFlow(api: ApiClient, id: string, version: string): Promise<void> {
  const number = version === 'off' ? null : Number(version);
  if (number !== null && !Number.isInteger(number)) {
    throw new CliError(`"${version}" is not a version: give a number, or "off" to switch the flow off.`);
  }
  await api.post<FlowRecord>(at(id, '/rollback'), { version: number });
  say(number === null ? `${id}: switched off.` : `${id}: version ${number} is live.`);
}

/** `flow list`. */
export async function listFlows(api: ApiClient): Promise<void> {
  const { items } = await api.get<{ items: FlowRecord[] }>('/api/flows');
  const rows = items.map(({ id, live, latest, updatedAt }) => [id, live ?? 'off', latest, updatedAt]);
  sayTable(['FLOW', 'LIVE', 'LATEST', 'UPDATED'], rows, 'There are no flows yet.');
}

/** `flow versions ID`. */
export async function listVersions(api: ApiClient, id: string): Promise<void> {
  const { items } = await api.get<{ items: FlowVersion[] }>(at(id, '/versions'));
  const rows = items.map(({ version, publishedAt }) => [version, publishedAt]);
  sayTable(['VERSION', 'PUBLISHED'], rows, 'It has not been published yet.');
}

/** Reads a flow from a JSON file; `baseUrl` takes the place of `${'${BASE_URL}'}` in it. */
export async function readFlow(file: string, baseUrl?: string): Promise<FlowDefinition> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new CliError(`${file} cannot be read: check the path.`);
  });
  let flow: unknown;
  try {
    flow = JSON.parse(baseUrl === undefined ? text : text.replaceAll('${' + 'BASE_URL}', baseUrl));
  } catch (error) {
    throw new CliError(`${file} is not JSON: ${error instanceof Error ? error.message : ''}.`);
  }
  if (typeof flow !== 'object' || flow === null || !('id' in flow) || typeof flow.id !== 'string') {
    throw new CliError(`${file} is not a flow: it must be an object with an "id".`);
  }
  return flow as FlowDefinition;
}
