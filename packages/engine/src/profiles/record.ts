/** An object without a prototype: `__proto__` and `constructor` are keys like any other. */
export function record<T>(entries: Iterable<readonly [string, T]> = []): { [key: string]: T } {
  const made: { [key: string]: T } = Object.create(null);
  for (const [key, value] of entries) made[key] = value;
  return made;
}
