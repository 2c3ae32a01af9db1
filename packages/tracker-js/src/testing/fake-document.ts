/** `Object.keys(localStorage)` lists the stored keys, so the fake must too. */
export function fakeStorage(stored: Map<string, string>): Storage {
  const methods = {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => void stored.set(key, value),
    removeItem: (key: string) => void stored.delete(key),
  };
  return new Proxy(methods, {
    get: (_, key: string) => methods[key as keyof typeof methods] ?? stored.get(key),
    set: (_, key: string, value: string) => !!stored.set(key, value),
    deleteProperty: (_, key: string) => stored.delete(key) || true,
    ownKeys: () => [...stored.keys()],
    getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
  }) as unknown as Storage;
}

/** The document of `https://shop.example`, a site of its own; of cookies it knows names, values, ages and domains. */
export function fakeDocument(
  cookies: Map<string, string>,
  addEventListener: (type: string, fn: (event: unknown) => void) => void,
) {
  /** Everything that was written, as it was written. */
  const written: string[] = [];
  return {
    written,
    title: 'Mug',
    referrer: 'https://search.example/',
    visibilityState: 'visible' as DocumentVisibilityState,
    get hidden() {
      return this.visibilityState === 'hidden';
    },
    prerendering: false,
    addEventListener,
    get cookie() {
      return [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    },
    set cookie(text: string) {
      written.push(text);
      const [pair = '', ...attributes] = text.split('; ');
      const [name = '', value = ''] = pair.split('=');
      const domain = attributes.find((one) => one.startsWith('Domain='))?.slice(7);
      // A browser refuses the public suffix.
      if (domain === 'example') return;
      if (attributes.includes('Max-Age=0')) cookies.delete(name);
      else cookies.set(name, value);
    },
  };
}
