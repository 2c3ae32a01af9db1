/** What there is one of for each object of a kind (a client, a collection), for as long as that one is there. */
export function oneEach<V>(): (of: object, make: () => V) => V {
  const all = new WeakMap<object, V>();
  return (of, make) => {
    const known = all.get(of) ?? make();
    all.set(of, known);
    return known;
  };
}
