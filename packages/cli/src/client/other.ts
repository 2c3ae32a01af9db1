import type { Accounting, Source } from '@tributary/engine';
import { say, sayTable } from '../print.js';
import type { ApiClient } from './api.js';

/** `source list`. */
export async function listSources(api: ApiClient): Promise<void> {
  const { items } = await api.get<{ items: Source[] }>('/api/sources');
  const rows = items.map(({ id, name, enabled, writeKeys }) => [id, name, enabled ? 'on' : 'off', writeKeys.join(' ')]);
  sayTable(['SOURCE', 'NAME', 'STATE', 'WRITE KEYS'], rows, 'There are no sources yet.');
}

/** `source create NAME`. */
export async function createSource(
  api: ApiClient,
  name: string,
  more: { id?: string; writeKey?: string },
): Promise<void> {
  const source = await api.post<Source>('/api/sources', { name, ...more });
  say(`${source.id}: write key ${source.writeKeys.join(' ')}`);
}

/** `profile get IDENTIFIER`. */
export async function getProfile(api: ApiClient, identifier: string): Promise<void> {
  say(JSON.stringify(await api.get(`/api/profiles?identifier=${encodeURIComponent(identifier)}`), null, 2));
}

/** `accounting`. */
export async function showAccounting(api: ApiClient): Promise<void> {
  const { nodes: _nodes, ...numbers } = await api.get<Accounting>('/api/accounting');
  sayTable(['EVENTS', ''], Object.entries(numbers), '');
}

/** `plugins`. */
export async function listPlugins(api: ApiClient): Promise<void> {
  const { items } = await api.get<{ items: { name: string; version: string; title: string }[] }>('/api/plugins');
  const rows = items.map(({ name, version, title }) => [name, version, title]);
  sayTable(['PLUGIN', 'VERSION', 'TITLE'], rows, 'There are no plugins.');
}
