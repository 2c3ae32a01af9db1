import { definePlugin, type Json, OneOf, Path, type ProfileDraft, Type } from '@tributary/sdk';
import { checkTrait, Trait, traitPath } from '../shared/trait.js';

const MODES = ['equals', 'if-not-set', 'append', 'remove'] as const;
/** A list that grows with every event would fill the profile. */
const MAX_LIST = 1_000;

const Mapping = Type.Object(
  {
    from: Path({ description: 'Where the value is, such as event.traits.email.' }),
    to: Trait('The trait that takes it.'),
    mode: OneOf(MODES, {
      default: 'equals',
      description:
        'equals: becomes the value. if-not-set: only when there is none yet. append: into a list, once. remove: out of a list, or away when equal.',
    }),
  },
  { additionalProperties: false },
);

/** Copies values out of the event (or an answer, or the profile itself) into traits. */
export const copyToProfile = definePlugin({
  name: 'copy-to-profile',
  version: '1.0.0',
  title: 'Copy to profile',
  description: 'Copies values of the event into traits of the profile.',
  config: Type.Object(
    { mappings: Type.Array(Mapping, { minItems: 1, maxItems: 200 }) },
    { additionalProperties: false },
  ),
  ports: ['out'],
  check: ({ mappings }) => mappings.flatMap(({ to }, i) => checkTrait(to, `/mappings/${i}/to`)),
  run({ read, profile }, { mappings }) {
    for (const { from, to, mode } of mappings) {
      const value = read(from);
      if (value !== undefined) apply(profile, traitPath(to), value, mode);
    }
    return 'out';
  },
});

function apply(profile: ProfileDraft, to: string, value: Json, mode: (typeof MODES)[number]): void {
  if (mode === 'equals') {
    profile.set(to, value);
    return;
  }
  const before = profile.get(to);
  const list = Array.isArray(before) ? before : before === undefined || before === null ? [] : [before];
  if (mode === 'if-not-set') {
    if (before === undefined || before === null) profile.set(to, value);
  } else if (mode === 'append') {
    const news = (Array.isArray(value) ? value : [value]).filter((item) => !includes(list, item));
    if (news.length > 0) profile.set(to, [...list, ...news].slice(-MAX_LIST));
  } else {
    const gone = Array.isArray(value) ? value : [value];
    const rest = list.filter((item) => !includes(gone, item));
    if (rest.length === list.length) return;
    if (Array.isArray(before)) profile.set(to, rest);
    else profile.unset(to);
  }
}

function includes(list: Json[], wanted: Json): boolean {
  const text = JSON.stringify(wanted);
  return list.some((item) => item === wanted || JSON.stringify(item) === text);
}
