import { definePlugin, Type } from '@tributary/sdk';
import { checkTrait, Trait, traitPath } from '../shared/trait.js';
import { checkValue, resolveValue, valueFields } from '../shared/value.js';

/** Sets one trait to a fixed value, to a value found elsewhere, or to a text. */
export const setTrait = definePlugin({
  name: 'set-trait',
  version: '1.0.0',
  title: 'Set trait',
  description: 'Sets a trait of the profile, or removes it.',
  config: Type.Object(
    {
      trait: Trait('The trait to set.'),
      ...valueFields,
      remove: Type.Boolean({ default: false, description: 'Remove the trait instead.' }),
    },
    { additionalProperties: false },
  ),
  ports: ['out'],
  check(config) {
    const faults = checkTrait(config.trait, '/trait');
    if (!config.remove) return [...faults, ...checkValue(config)];
    const given = config.value ?? config.from ?? config.template;
    return given === undefined
      ? faults
      : [...faults, { path: '/remove', message: 'Either remove it or give a value.' }];
  },
  run(context, config) {
    const trait = traitPath(config.trait);
    const value = config.remove ? undefined : resolveValue(context, config);
    if (value !== undefined) context.profile.set(trait, value);
    else if (config.remove) context.profile.unset(trait);
    return 'out';
  },
});
