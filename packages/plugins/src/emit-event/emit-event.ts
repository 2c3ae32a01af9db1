import { definePlugin, type JsonObject, OneOf, type RunContext, Template, Type } from '@tributary/sdk';
import { checkValue, resolveValue, type ValueSpec, valueFields } from '../shared/value.js';

const Values = Type.Record(
  Type.String({ pattern: '^(?!(?:constructor|prototype|__proto__)$).{1,200}$' }),
  Type.Object(valueFields, { additionalProperties: false }),
  { maxProperties: 100, additionalProperties: false },
);

/** Emits an event of the same person; it goes through the pipeline like any other. */
export const emitEvent = definePlugin({
  name: 'emit-event',
  version: '1.0.0',
  title: 'Emit event',
  description: 'Emits an event of the same person, which can trigger other flows.',
  config: Type.Object(
    {
      type: OneOf(['track', 'page', 'screen', 'identify', 'group'], { default: 'track' }),
      name: Type.Optional(Template({ description: 'Name of a track, page or screen.' })),
      properties: Type.Optional(Values),
      traits: Type.Optional(Values),
    },
    { additionalProperties: false },
  ),
  ports: ['out'],
  check({ type, name, properties, traits }) {
    const faults = [...checkAll(properties, '/properties'), ...checkAll(traits, '/traits')];
    const tells = type === 'identify' || type === 'group';
    if (type === 'track' && name === undefined) faults.push({ path: '/name', message: 'A track event needs a name.' });
    if (tells && properties !== undefined) faults.push({ path: '/properties', message: `${type} carries traits.` });
    if (!tells && traits !== undefined) faults.push({ path: '/traits', message: `${type} carries properties.` });
    return faults;
  },
  run(context, { type, name, properties, traits }) {
    context.emit({
      type,
      ...(name === undefined ? {} : { name: context.render(name) }),
      ...(properties === undefined ? {} : { properties: resolveAll(context, properties) }),
      ...(traits === undefined ? {} : { traits: resolveAll(context, traits) }),
    });
    return 'out';
  },
});

function checkAll(values: { [key: string]: ValueSpec } | undefined, at: string) {
  return Object.entries(values ?? {}).flatMap(([key, spec]) =>
    checkValue(spec, `${at}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`),
  );
}

/** What leads nowhere is left out. */
function resolveAll(context: RunContext, values: { [key: string]: ValueSpec }): JsonObject {
  const resolved: JsonObject = {};
  for (const [key, spec] of Object.entries(values)) {
    const value = resolveValue(context, spec);
    if (value !== undefined) resolved[key] = value;
  }
  return resolved;
}
