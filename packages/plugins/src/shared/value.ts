import { type Json, OneOf, Path, type RunContext, Template, Type } from '@tributary/sdk';

/** The three ways to say a value; exactly one of them is given. */
export const valueFields = {
  value: Type.Optional(Type.Unsafe<Json>({ description: 'A fixed value.' })),
  from: Type.Optional(Path({ description: 'A path: the value found there.' })),
  template: Type.Optional(Template({ description: 'A LiquidJS template.' })),
  as: Type.Optional(
    OneOf(['text', 'number', 'boolean', 'json'], { description: 'What to make of the text of a template.' }),
  ),
};

export interface ValueSpec {
  value?: Json;
  from?: string;
  template?: string;
  as?: 'text' | 'number' | 'boolean' | 'json';
}

/** Faults of a value: not exactly one way, or `as` without a template. */
export function checkValue(spec: ValueSpec, path = ''): { path: string; message: string }[] {
  const ways = [spec.value, spec.from, spec.template].filter((way) => way !== undefined).length;
  if (ways !== 1) return [{ path, message: 'Give exactly one of value, from and template.' }];
  if (spec.as !== undefined && spec.template === undefined)
    return [{ path: `${path}/as`, message: '`as` reads the text of a template: there is none.' }];
  return [];
}

/** The value; `undefined` when the path leads nowhere. Throws when the text does not read as it should. */
export function resolveValue(context: RunContext, spec: ValueSpec): Json | undefined {
  if (spec.value !== undefined) return spec.value;
  if (spec.from !== undefined) return context.read(spec.from);
  const text = context.render(spec.template ?? '');
  switch (spec.as) {
    case 'number': {
      const number = Number(text.trim());
      if (text.trim() === '' || !Number.isFinite(number)) throw new Error('The text of the template is no number');
      return number;
    }
    case 'boolean':
      return /^(true|yes|1)$/i.test(text.trim());
    case 'json':
      return parseJson(text);
    default:
      return text;
  }
}

/** Parses JSON; the error names no content. */
export function parseJson(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw new Error('The text of the template is no valid JSON: put values in by the filter `json`');
  }
}
