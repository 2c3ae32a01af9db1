import { Condition, definePlugin, Type } from '@tributary/sdk';

const Case = Type.Object(
  {
    port: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$', description: 'Name of the way out.' }),
    when: Condition({ description: 'JSON Logic over event, profile, session, input, now.' }),
  },
  { additionalProperties: false },
);

/** Goes on at the port of the first case that holds, or at `default`. */
export const switchPlugin = definePlugin({
  name: 'switch',
  version: '1.0.0',
  title: 'Switch',
  description: 'Goes on at the first case whose condition holds, or at `default`.',
  config: Type.Object({ cases: Type.Array(Case, { minItems: 1, maxItems: 50 }) }, { additionalProperties: false }),
  ports: ({ cases }) => [...cases.map(({ port }) => port), 'default'],
  check({ cases }) {
    const seen = new Set(['default']);
    return cases.flatMap(({ port }, i) => {
      if (seen.has(port)) return [{ path: `/cases/${i}/port`, message: `The port ${port} is there already.` }];
      seen.add(port);
      return [];
    });
  },
  run: ({ test }, { cases }) => cases.find(({ when }) => test(when))?.port ?? 'default',
});
