/** What the bench asks of the management API. */
export interface Management {
  get<T>(path: string): Promise<T>;
  put(path: string, body: object): Promise<void>;
  post(path: string, body?: object): Promise<void>;
  /** Makes the source, publishes flows, and marks the trait `seen` public. */
  prepare(flows: readonly object[]): Promise<void>;
}

/** Speaks to the management API at an address. */
export function management(url: string, token: string): Management {
  async function ask<T>(method: string, path: string, body?: object): Promise<T> {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} was answered ${answer.status}: ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }
  const manage: Management = {
    get: (path) => ask('GET', path),
    put: (path, body) => ask('PUT', path, body),
    post: (path, body) => ask('POST', path, body),
    async prepare(flows) {
      const known = await manage.get<{ items: { id: string }[] }>('/api/sources');
      if (!known.items.some(({ id }) => id === 'bench')) {
        await manage.post('/api/sources', { id: 'bench', name: 'Bench', writeKey: 'bench' });
      }
      await manage.put('/api/public', { segments: [], traits: ['seen'] });
      for (const flow of flows as { id: string }[]) {
        await manage.put(`/api/flows/${flow.id}`, flow);
        await manage.post(`/api/flows/${flow.id}/publish`);
      }
    },
  };
  return manage;
}
