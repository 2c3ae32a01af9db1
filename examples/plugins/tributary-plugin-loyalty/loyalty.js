import { definePlugin, Path, Type } from '@tributary/sdk';

const Level = Type.Object(
  {
    name: Type.String({ pattern: '^[a-z][a-z0-9-]*$', description: 'Value of the trait, and part of the way out.' }),
    points: Type.Number({ exclusiveMinimum: 0, description: 'Reached with so many points.' }),
  },
  { additionalProperties: false },
);

/**
 * Gives points for money spent and notices when a customer reaches a level.
 * The config's type in `check` and `run` follows from the schema.
 */
export default definePlugin({
  name: 'loyalty',
  version: '1.0.0',
  title: 'Loyalty points',
  description: 'Gives points for a purchase and notices when a level is reached.',
  config: Type.Object(
    {
      amount: Path({ default: 'event.properties.total', description: 'Where the money spent is.' }),
      pointsPerUnit: Type.Number({ default: 1, exclusiveMinimum: 0, description: 'Points for each unit of money.' }),
      levels: Type.Array(Level, { minItems: 1, description: 'Levels, lowest first.' }),
    },
    { additionalProperties: false },
  ),
  // The first port is the usual way out; `reached` is taken when a level is new.
  ports: ['out', 'reached'],

  check({ levels }) {
    return levels.flatMap(({ points }, i) => {
      const before = levels[i - 1];
      return before !== undefined && points <= before.points
        ? [{ path: `/levels/${i}/points`, message: `Must be more than the ${before.points} of the level before.` }]
        : [];
    });
  },

  run({ profile, read }, { amount, pointsPerUnit, levels }) {
    const spent = read(amount);
    if (typeof spent !== 'number' || !Number.isFinite(spent) || spent <= 0) return 'out';
    // Added, not set: the sum is right whatever the order in which events arrive.
    profile.increment('loyalty.points', Math.floor(spent * pointsPerUnit));
    const points = Number(profile.get('traits.loyalty.points') ?? 0);
    const level = levels.findLast((one) => points >= one.points);
    if (level === undefined || profile.get('traits.loyalty.level') === level.name) return 'out';
    profile.set('loyalty.level', level.name);
    // The output is the `input` of the next node.
    return { port: 'reached', output: { level: level.name, points } };
  },
});
