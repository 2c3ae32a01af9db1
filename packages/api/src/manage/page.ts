import type { Page, PageQuery } from '@tributary/engine';

/** The engine's page query; validation has put the default limit in. */
export function pageOf({ limit, cursor }: { limit?: number; cursor?: string }): PageQuery {
  return { limit: limit ?? 50, ...(cursor !== undefined && { cursor }) };
}

/** A page whose items are shown in another form. */
export function shown<T, U>({ items, next }: Page<T>, show: (item: T) => U): Page<U> {
  return { items: items.map(show), next };
}
