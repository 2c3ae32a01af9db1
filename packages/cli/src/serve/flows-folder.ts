import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type Engine, InvalidInput, InvalidSetting } from '@tributary/engine';
import { readFlow } from '../client/flows.js';
import { complain, say } from '../print.js';

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
  const known = await engine.flows.get(definition.id);
  if (known && known.latest > 0 && isDeepStrictEqual(known.draft, definition)) return;
  await engine.flows.saveDraft(definition.id, definition);
  const { version } = await engine.flows.publish(definition.id);
  say(`  Flow ${definition.id}: version ${version} is live.`);
}
