import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type Engine, InvalidInput, InvalidSetting } from '@tributary/engine';
import { readFlow } from '../client/flows.js';
import { complain, say } from '../print.js';
import { patiently, WITHOUT_END } from './patiently.js';

/**
 * Publishes the flows of a folder that are new or differ from their draft. A flow that is the same is left as it is:
 * an operator may have rolled it back or switched it off. A file with a fault holds up nothing else.
 */
export async function publishFolder(engine: Engine, folder: string, baseUrl: string): Promise<void> {
  const names = await readdir(folder).catch(() => {
    throw new InvalidSetting(
      'TRIBUTARY_FLOWS',
      `TRIBUTARY_FLOWS names ${folder}, which is not a folder that can be read.`,
    );
  });
  for (const name of names.filter((file) => file.endsWith('.json')).sort()) {
    try {
      await publishFile(engine, join(folder, name), baseUrl);
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      const faults = error.faults.map(({ path, message }) => `\n  ${path || '/'}: ${message}`).join('');
      complain(`The flow in ${join(folder, name)} is not published: ${error.message}${faults}`);
    }
  }
}

async function publishFile(engine: Engine, file: string, baseUrl: string): Promise<void> {
  const definition = await readFlow(file, baseUrl);
  const { id } = definition;
  const known = await patiently(WITHOUT_END, () => engine.flows.get(id));
  if (known && known.latest > 0 && isDeepStrictEqual(known.draft, definition)) return;
  // Each by itself: once the draft is saved, the flow as a whole would be taken for one that is the same.
  await patiently(WITHOUT_END, () => engine.flows.saveDraft(id, definition));
  const { version } = await patiently(WITHOUT_END, () => engine.flows.publish(id));
  say(`  Flow ${id}: version ${version} is live.`);
}
