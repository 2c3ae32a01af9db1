/** A property that does not hold. */
export class Broken extends Error {
  override name = 'Broken';
}

/** Throws unless it holds. */
export function hold(holds: boolean, otherwise: string | (() => string)): asserts holds {
  if (!holds) throw new Broken(typeof otherwise === 'string' ? otherwise : otherwise());
}
