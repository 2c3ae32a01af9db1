import { definePlugin, Path, Type } from '@tributary/sdk';

const Rule = Type.Object(
  {
    from: Path({ description: 'Where the identifier is, such as event.properties.email.' }),
    type: Type.String({
      pattern: '^[A-Za-z][A-Za-z0-9_-]{0,63}$',
      description: 'Its type: userId, email, phone, or one that the operator defines.',
    }),
  },
  { additionalProperties: false },
);

/** Says that whoever did this also has these identifiers; profiles that share one become one. */
export const mergeIdentity = definePlugin({
  name: 'merge-identity',
  version: '1.0.0',
  title: 'Merge identity',
  description: 'Takes identifiers out of event data and joins the profiles that have them.',
  config: Type.Object(
    {
      identifiers: Type.Array(Rule, { minItems: 1, maxItems: 20 }),
      mergeKnownUsers: Type.Boolean({
        default: false,
        description: 'Join two profiles even when each has a userId of its own. Without it they stay apart.',
      }),
    },
    { additionalProperties: false },
  ),
  ports: ['out'],
  run({ read, profile }, { identifiers, mergeKnownUsers }) {
    for (const { from, type } of identifiers) {
      const value = read(from);
      const list = Array.isArray(value) ? value : [value];
      // What is no plain text or number names nobody.
      for (const item of list)
        if ((typeof item === 'string' && item.trim() !== '') || typeof item === 'number')
          profile.identify(type, String(item), { force: mergeKnownUsers });
    }
    return 'out';
  },
});
