import type { Client } from '../http/client.js';

/** A row of /api/quarantine. */
export interface Row {
  id: string;
  messageId: string;
  code: string;
  reason: string;
  path: string;
  raw: unknown;
}

/** Rows are large, and few are new at a time. */
const PAGE = 10;
const KEPT = 20_000;
/** How far back a thorough look goes: milliseconds, by the time in the ids. */
const BACK = 15_000;

/** Reads the quarantine as it grows, for all cases that wait for a row in it. */
export class Quarantine {
  readonly #rows = new Map<string, Row>();
  readonly #seen = new Set<string>();
  #looking: Promise<void> | undefined;

  constructor(private readonly client: Client) {}

  /** The row of this message, if it has been read. */
  row(messageId: string): Row | undefined {
    return this.#rows.get(messageId);
  }

  /** Reads what has come. Those who ask at the same time wait for one reading. */
  async refresh(thoroughly: boolean): Promise<void> {
    if (thoroughly) return this.#look(true);
    this.#looking ??= this.#look(false).finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  /** Rows newest first, until a page brings nothing new, or until they are older than any that is waited for. */
  async #look(thoroughly: boolean): Promise<void> {
    const oldest = Date.now() - BACK;
    let cursor: string | null = null;
    do {
      const more: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page: { items: Row[]; next: string | null } | undefined = await this.client.read(
        `/api/quarantine?limit=${PAGE}${more}`,
      );
      let fresh = 0;
      for (const row of page?.items ?? []) if (this.#take(row)) fresh++;
      const last = page?.items.at(-1);
      const enough = thoroughly ? last !== undefined && timeOf(last.id) < oldest : fresh === 0;
      cursor = enough ? null : (page?.next ?? null);
    } while (cursor !== null);
  }

  #take(row: Row): boolean {
    if (this.#seen.has(row.id)) return false;
    this.#seen.add(row.id);
    this.#rows.set(row.messageId, row);
    for (const held of [this.#seen, this.#rows]) {
      if (held.size > KEPT) held.delete(held.keys().next().value as string);
    }
    return true;
  }
}

/** The time in a UUIDv7. */
function timeOf(id: string): number {
  return Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);
}
