import { type Flows, InvalidInput } from '../port.js';
import type { FlowCatalog } from './catalog.js';
import { FlowError } from './faults.js';
import type { FlowDefinition, FlowRecord, FlowVersion } from './flow.js';

/**
 * The catalog as the api and the cli see it: every refusal is an InvalidInput with the path of
 * each fault. `onChange` is called when another version is live.
 */
export function manageFlows(catalog: FlowCatalog, onChange: () => Promise<void>): Flows {
  return {
    list: async () => (await catalog.list()).map(({ record }) => record),
    get: async (id) => (await catalog.get(id))?.record,
    saveDraft: async (id, definition: FlowDefinition) => {
      if (definition.id !== id) {
        const message = `The flow says that its id is ${JSON.stringify(definition.id)}, the address says ${JSON.stringify(id)}.`;
        throw new InvalidInput('INVALID', message, [{ path: '/id', code: 'OTHER_ID', message }]);
      }
      const { record, faults } = await refusing(catalog.saveDraft(definition));
      return { flow: record, faults };
    },
    publish: async (id): Promise<FlowVersion> => {
      const version = await refusing(catalog.publish(id));
      await onChange();
      return version;
    },
    versions: (id) => refusing(catalog.versions(id)),
    rollback: async (id, version): Promise<FlowRecord> => {
      const done = version === null ? catalog.turnOff(id) : catalog.rollback(id, version);
      const { record } = await refusing(done);
      await onChange();
      return record;
    },
  };
}

async function refusing<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof FlowError)) throw error;
    const code = error.code === 'NOT_FOUND' ? 'NOT_FOUND' : error.code === 'CHANGED' ? 'CONFLICT' : 'INVALID';
    throw new InvalidInput(code, error.message, [...error.faults]);
  }
}
