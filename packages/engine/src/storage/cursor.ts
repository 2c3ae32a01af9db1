import { BadCursor } from './port.js';

/** Longer ones are never made here: keys in cursors are column keys. */
const MAX_LENGTH = 4096;

/** An opaque cursor of one list: the place of the last item on the page before. */
export function encodeCursor(list: string, place: readonly string[]): string {
  return Buffer.from(JSON.stringify([list, ...place])).toString('base64url');
}

/** The place in a cursor of this list; throws BadCursor for anything that `encodeCursor` did not make for it. */
export function decodeCursor(list: string, length: number, cursor: string): string[] {
  const [name, ...place] = cursor.length > MAX_LENGTH ? [] : parts(cursor);
  if (name !== list || place.length !== length || encodeCursor(list, place) !== cursor) {
    throw new BadCursor('The cursor is not one of this list: leave it out to begin at the start.');
  }
  return place;
}

/** Cuts a result of `limit + 1` rows to one page; `place` says where an item stands. */
export function toPage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  list: string,
  place: (row: Row) => readonly string[],
  item: (row: Row) => Item,
): { items: Item[]; next: string | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const next = rows.length > limit && last !== undefined ? encodeCursor(list, place(last)) : null;
  return { items: page.map(item), next };
}

/** Column keys hold no NUL, and PostgreSQL takes none. */
function isPart(part: unknown): part is string {
  return typeof part === 'string' && !part.includes('\0');
}

function parts(cursor: string): string[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(value) && value.every(isPart) ? value : [];
  } catch {
    return [];
  }
}
