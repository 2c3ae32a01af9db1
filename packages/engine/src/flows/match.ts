import type { Event } from '@tributary/sdk';
import type { FlowDefinition } from './flow.js';
import type { CompiledFlow, MissingFlow } from './types.js';

/** Live flows, found by what triggers them. */
export interface FlowIndex {
  /** The flows that this event triggers (their conditions aside), in the order of their ids. */
  match(event: Event): { run: CompiledFlow[]; missing: MissingFlow[] };
}

interface Entry {
  id: string;
  run?: CompiledFlow;
  missing?: MissingFlow;
}

/**
 * Indexes flows by type, name and source of their triggers. A look-up asks four lists, so its cost
 * grows with the flows that are triggered, not with all.
 */
export function indexFlows(flows: readonly CompiledFlow[], missing: readonly MissingFlow[] = []): FlowIndex {
  const lists = new Map<string, Entry[]>();
  const add = (trigger: FlowDefinition['trigger'], entry: Entry): void => {
    for (const type of new Set(trigger.events))
      for (const name of new Set(trigger.names ?? [undefined]))
        for (const source of new Set(trigger.sources ?? [undefined])) {
          const key = keyOf(type, name, source);
          const list = lists.get(key);
          if (list === undefined) lists.set(key, [entry]);
          else list.push(entry);
        }
  };
  for (const run of flows) add(run.source.definition.trigger, { id: run.id, run });
  for (const flow of missing) add(flow.source.definition.trigger, { id: flow.flow, missing: flow });
  return {
    match(event) {
      const found: Entry[] = [];
      const take = (name: string | undefined, source: string | undefined): void => {
        const list = lists.get(keyOf(event.type, name, source));
        if (list !== undefined) for (const entry of list) found.push(entry);
      };
      take(undefined, undefined);
      take(undefined, event.source);
      if (event.name !== undefined) {
        take(event.name, undefined);
        take(event.name, event.source);
      }
      found.sort((a, b) => (a.id < b.id ? -1 : 1));
      return {
        run: found.flatMap((entry) => entry.run ?? []),
        missing: found.flatMap((entry) => entry.missing ?? []),
      };
    },
  };
}

/** Names and sources are any text: lengths keep them apart. */
function keyOf(type: string, name: string | undefined, source: string | undefined): string {
  return `${type}|${name === undefined ? '*' : `${name.length}:${name}`}|${source === undefined ? '*' : `=${source}`}`;
}
