/** Whether two JSON values are the same: keys in any order, `__proto__` a key like any other. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [Object.keys(a), Object.keys(b)];
  if (left.length !== right.length) return false;
  return left.every((key) => Object.hasOwn(b, key) && sameJson(own(a, key), own(b, key)));
}

/** Whether `whole` has every key of `part`, with the same value. */
export function holdsAll(whole: unknown, part: object): boolean {
  if (typeof whole !== 'object' || whole === null) return false;
  return Object.keys(part).every((key) => Object.hasOwn(whole, key) && sameJson(own(whole, key), own(part, key)));
}

/** Not by the getter of `__proto__`. */
function own(from: object, key: string): unknown {
  return Object.getOwnPropertyDescriptor(from, key)?.value;
}
