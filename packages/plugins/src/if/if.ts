import { Condition, definePlugin, Type } from '@tributary/sdk';

/** Goes on at `true` or `false`. */
export const ifPlugin = definePlugin({
  name: 'if',
  version: '1.0.0',
  title: 'If',
  description: 'Goes on at `true` when a condition holds, else at `false`.',
  config: Type.Object(
    { when: Condition({ description: 'JSON Logic over event, profile, session, input, now.' }) },
    { additionalProperties: false },
  ),
  ports: ['true', 'false'],
  run: ({ test }, { when }) => (test(when) ? 'true' : 'false'),
});
