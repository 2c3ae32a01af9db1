import { Condition, definePlugin, OneOf, Type } from '@tributary/sdk';

/** Puts the profile into a segment, takes it out, or lets a condition decide. */
export const segment = definePlugin({
  name: 'segment',
  version: '1.0.0',
  title: 'Segment',
  description: 'Puts the profile into a segment or takes it out.',
  config: Type.Object(
    {
      segment: Type.String({
        pattern: '^(?!(?:constructor|prototype)$)[A-Za-z0-9][A-Za-z0-9_-]{0,99}$',
        description: 'Name of the segment.',
      }),
      action: OneOf(['put', 'take', 'match'], {
        default: 'put',
        description: 'put: in. take: out. match: in while `when` holds, else out.',
      }),
      when: Type.Optional(
        Condition({ description: 'For match: the condition, over event, profile, session, input, now.' }),
      ),
    },
    { additionalProperties: false },
  ),
  ports: ['out'],
  check({ action, when }) {
    if (action === 'match' && when === undefined) return [{ path: '/when', message: 'match needs a condition.' }];
    if (action !== 'match' && when !== undefined)
      return [{ path: '/when', message: `${action} takes no condition: use match, or an if before it.` }];
    return [];
  },
  run({ profile, test }, config) {
    profile.segment(config.segment, config.action === 'match' ? test(config.when ?? false) : config.action === 'put');
    return 'out';
  },
});
