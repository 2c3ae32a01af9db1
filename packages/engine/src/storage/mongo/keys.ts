/**
 * A key as a field name in a path such as `nodes.<name>`: never empty, without `.`, `$`, NUL and lone surrogates (BSON
 * is UTF-8, in which all of those become U+FFFD). Unlike a column key it reads back.
 */
export function fieldName(text: string): string {
  // The first letter keeps an empty name, a name of digits and `__proto__` plain names.
  return `k${text.replace(/[\\.$\0]|\p{Surrogate}/gu, escaped)}`;
}

/** The text that `fieldName` was given. */
export function fromFieldName(stored: string): string {
  return stored
    .slice(1)
    .replace(/\\u([0-9a-f]{4})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function escaped(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
