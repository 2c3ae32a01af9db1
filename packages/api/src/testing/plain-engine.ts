import type { Engine, IncomingRequest, Source } from '@tributary/engine';

/** What the tests of the HTTP protocol see of an engine: what it was given, and what it is told to throw. */
export interface PlainEngine {
  engine: Engine;
  requests: IncomingRequest[];
  /** Thrown by `accept` and by every read, while it is set. */
  failure?: Error | undefined;
  ok: { queue: boolean; store: boolean };
}

const source: Source = {
  v: 1,
  id: 'site',
  name: 'Site',
  writeKeys: ['key'],
  enabled: true,
  createdAt: '2026-01-01T00:00:00.000Z',
};

/**
 * Plain objects in the place of an engine, for what is HTTP alone: bodies, keys, limits, headers. Whatever an engine
 * does is tested with a real one.
 */
export function plainEngine(): PlainEngine {
  const plain = { requests: [] as IncomingRequest[], ok: { queue: true, store: true } } as PlainEngine;
  const fail = () => {
    if (plain.failure) throw plain.failure;
  };
  const engine: Partial<Engine> = {
    sources: {
      byWriteKey: async (key: string) => (key === 'key' ? source : undefined),
      list: async () => {
        fail();
        return [source];
      },
      get: async (id: string) => (id === 'site' ? source : undefined),
      create: async ({ name, id = 'new' }) => ({ ...source, id, name }),
      update: async () => source,
      addKey: async () => source,
      removeKey: async () => source,
    },
    collect: {
      accept: async (request) => {
        fail();
        plain.requests.push(request);
        return { accepted: request.calls.length, quarantined: 0 };
      },
    },
    publicView: {
      read: async (anonymousId) => ({ segments: ['interested'], traits: { firstName: anonymousId } }),
      get: async () => ({ segments: [], traits: [] }),
      set: async () => {},
    },
    tokens: {
      verify: async (token) => token === 'token',
      ensure: async () => undefined,
      create: async () => ({ id: 't', token: 'new' }),
    },
    health: async () => ({ queue: { ok: plain.ok.queue }, store: { ok: plain.ok.store }, workers: [] }),
  };
  plain.engine = engine as Engine;
  return plain;
}
