import { definePlugin, Template, Type } from '@tributary/sdk';

const UNITS = { days: 86_400_000, hours: 3_600_000, minutes: 60_000, seconds: 1_000 } as const;
const MAX = 366 * UNITS.days;
const Amount = Type.Optional(Type.Number({ minimum: 0, maximum: 31_622_400 }));

/** Holds the run for a time or until a date. */
export const wait = definePlugin({
  name: 'wait',
  version: '1.0.0',
  title: 'Wait',
  description: 'Holds the run for a time, or until a date.',
  config: Type.Object(
    {
      for: Type.Optional(
        Type.Object(
          { days: Amount, hours: Amount, minutes: Amount, seconds: Amount },
          { additionalProperties: false, minProperties: 1, description: 'How long; the parts are added.' },
        ),
      ),
      until: Type.Optional(Template({ description: 'Or a date: a template that gives ISO 8601.' })),
    },
    { additionalProperties: false },
  ),
  ports: ['out'],
  check(config) {
    if ((config.for === undefined) === (config.until === undefined))
      return [{ path: '', message: 'Give either `for` or `until`.' }];
    if (config.for !== undefined && total(config.for) > MAX)
      return [{ path: '/for', message: 'A wait lasts a year at most.' }];
    return [];
  },
  wait({ now, render }, config) {
    const start = Date.parse(now);
    if (config.for !== undefined) return { until: new Date(start + total(config.for)).toISOString() };
    const date = Date.parse(render(config.until ?? '').trim());
    if (Number.isNaN(date))
      throw new Error('The template of `until` gives no date: ISO 8601, such as 2030-01-31T09:00:00Z');
    if (date - start > MAX) throw new Error('The date of `until` is more than a year away');
    return { until: new Date(date).toISOString() };
  },
});

function total(parts: { [unit in keyof typeof UNITS]?: number }): number {
  let sum = 0;
  for (const unit of Object.keys(UNITS) as (keyof typeof UNITS)[]) sum += (parts[unit] ?? 0) * UNITS[unit];
  return sum;
}
