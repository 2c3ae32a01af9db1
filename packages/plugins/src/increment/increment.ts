import { definePlugin, Path, Type } from '@tributary/sdk';
import { checkTrait, Trait, traitPath } from '../shared/trait.js';

/** Adds to a number in a trait; sums are right whatever the order of the events. */
export const increment = definePlugin({
  name: 'increment',
  version: '1.0.0',
  title: 'Increment',
  description: 'Adds a number to a trait of the profile.',
  config: Type.Object(
    {
      trait: Trait('The trait that counts.'),
      by: Type.Optional(Type.Number({ description: 'How much; 1 when nothing is said, less than 0 to subtract.' })),
      from: Type.Optional(Path({ description: 'Or a path to the number, such as event.properties.total.' })),
    },
    { additionalProperties: false },
  ),
  ports: ['out'],
  check: ({ trait, by, from }) => [
    ...checkTrait(trait, '/trait'),
    ...(by !== undefined && from !== undefined ? [{ path: '/from', message: 'Give `by` or `from`, not both.' }] : []),
  ],
  run({ profile, read }, { trait, by, from }) {
    const amount = from === undefined ? (by ?? 1) : toNumber(read(from));
    if (amount !== undefined) profile.increment(traitPath(trait), amount);
    return 'out';
  },
});

/** Pages often send numbers as text. */
function toNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}
