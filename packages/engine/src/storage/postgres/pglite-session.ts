import { messages, type PGlite, parse, protocol, type Results } from '@electric-sql/pglite';
import { codeOf } from './errors.js';
import { bindMessage } from './pglite-bind.js';

const { serialize } = protocol;

/** How statements are run. */
export interface Use {
  /** What reads the values of each type, by its oid; PGlite's own, when there are none. */
  parsers?: PGlite['parsers'];
  /** The search_path of each statement outside a transaction; the session's, when there is none. */
  path?: string;
}

/** Runs one statement; values are named `$1`, `$2`, ... in it. */
export type Ask = <R>(text: string, values?: readonly unknown[]) => Promise<Results<R>>;

interface Prepared {
  name: string;
  params: readonly number[];
  /** What describes the columns; nothing where no rows are answered. */
  columns: messages.BackendMessage[];
}

/** Statements that stay prepared; of more, the one that was not used for longest is given up. */
const MOST_PREPARED = 500;
const SET_PATH = "SELECT set_config('search_path', $1, true)";
/** The plan belongs to tables that have changed since, or there is none of that name any more. */
const OUTDATED = ['0A000', '26000'];

const sessions = new WeakMap<PGlite, PgliteSession>();

/** The session of a PGlite, which has one: everybody who uses it shares what was prepared. */
export function sessionOf(pglite: PGlite): PgliteSession {
  const session = sessions.get(pglite) ?? new PgliteSession(pglite);
  sessions.set(pglite, session);
  return session;
}

/**
 * Speaks to PGlite as a driver does to a server: a statement is planned once, and asked with one message. PGlite's own
 * `query` plans it each time and enters the module seven times, which took longer than most statements do.
 */
export class PgliteSession {
  readonly #prepared = new Map<string, Prepared>();
  /** Names of statements to be closed with the next one that is prepared. */
  #dropped: string[] = [];
  #named = 0;

  constructor(private readonly pglite: PGlite) {}

  /** Runs one statement, which is a transaction of its own. */
  async query<R>(text: string, values: readonly unknown[] = [], use: Use = {}): Promise<Results<R>> {
    return this.#exclusively(async () => {
      try {
        return await this.#ask<R>(text, values, use);
      } catch (error) {
        if (!OUTDATED.includes(codeOf(error))) throw error;
        return await this.#ask<R>(text, values, use);
      }
    });
  }

  /** Runs several statements without values, in a transaction of their own; the last one answers. */
  async script<R>(text: string, use: Use = {}): Promise<Results<R>> {
    return this.transaction(async (ask, script) => {
      if (use.path !== undefined) await ask(SET_PATH, [use.path]);
      return script<R>(text);
    }, use);
  }

  /** Everything that `work` asks is one transaction, and nobody else gets in between. Rejects when it was undone. */
  async transaction<T>(work: (ask: Ask, script: Script) => Promise<T>, use: Use = {}): Promise<T> {
    const { parsers = this.pglite.parsers } = use;
    return this.#exclusively(async () => {
      await this.#simple('BEGIN');
      let isOver = false;
      const during = <R>(asks: () => Promise<R>): Promise<R> => {
        return isOver ? Promise.reject(new Error('The transaction is over.')) : asks();
      };
      let result: T;
      try {
        result = await work(
          (text, values = []) => during(() => this.#ask(text, values, { parsers })),
          (text) => during(() => this.#simple(text, { parsers })),
        );
      } catch (error) {
        isOver = true;
        await this.#simple('ROLLBACK');
        throw error;
      }
      isOver = true;
      const { command } = await this.#simple('COMMIT');
      if (command === 'ROLLBACK') throw new Error('The transaction was undone: a statement of it had failed.');
      return result;
    });
  }

  async #exclusively<T>(work: () => Promise<T>): Promise<T> {
    await this.pglite._checkReady();
    return this.pglite._runExclusiveTransaction(async () => {
      // It may have been closed by whoever was before.
      await this.pglite._checkReady();
      return work();
    });
  }

  async #ask<R>(text: string, values: readonly unknown[], use: Use): Promise<Results<R>> {
    try {
      return await this.pglite._runExclusiveQuery(() => this.#run<R>(text, values, use));
    } catch (error) {
      if (OUTDATED.includes(codeOf(error))) for (const key of [keyOf(text, use), keyOf(SET_PATH, {})]) this.#drop(key);
      throw error;
    }
  }

  async #run<R>(text: string, values: readonly unknown[], use: Use): Promise<Results<R>> {
    const path = use.path === undefined ? [] : this.#bind(await this.#statement(SET_PATH, {}, []), [use.path]);
    const statement = await this.#statement(text, use, path);
    const answer = await this.#send([...path, ...this.#bind(statement, values), serialize.sync()]);
    const from = path.length === 0 ? 0 : answer.findIndex(({ name }) => name === 'commandComplete') + 1;
    return results<R>([...statement.columns, ...answer.slice(from)], this.pglite, use);
  }

  async #simple<R>(text: string, use: Use = {}): Promise<Results<R>> {
    const answer = await this.pglite._runExclusiveQuery(() => this.#send([serialize.query(text)]));
    return results<R>(answer, this.pglite, use);
  }

  async #statement(text: string, use: Use, before: readonly Uint8Array[]): Promise<Prepared> {
    const key = keyOf(text, use);
    const prepared = this.#prepared.get(key) ?? (await this.#prepare(text, before));
    // The map begins with what was not used for longest.
    this.#prepared.delete(key);
    this.#prepared.set(key, prepared);
    return prepared;
  }

  async #prepare(text: string, before: readonly Uint8Array[]): Promise<Prepared> {
    const [oldest] = this.#prepared.keys();
    if (this.#prepared.size >= MOST_PREPARED) this.#drop(oldest as string);
    const name = `tributary_${++this.#named}`;
    // A name that is not there is no error; another session over this PGlite may have taken this one.
    const closed = [name, ...this.#dropped];
    const described = await this.#send([
      ...before,
      ...closed.map((each) => serialize.close({ type: 'S', name: each })),
      serialize.parse({ name, text }),
      serialize.describe({ type: 'S', name }),
      serialize.sync(),
    ]);
    this.#dropped = [];
    const params = described.flatMap((each) =>
      each instanceof messages.ParameterDescriptionMessage ? each.dataTypeIDs : [],
    );
    return { name, params, columns: described.filter((each) => each.name === 'rowDescription') };
  }

  #drop(key: string): void {
    const prepared = this.#prepared.get(key);
    if (prepared) this.#dropped.push(prepared.name);
    this.#prepared.delete(key);
  }

  #bind({ name, params }: Prepared, values: readonly unknown[]): Uint8Array[] {
    const texts = values.map((value, i) => {
      if (value === null || value === undefined) return null;
      const write = this.pglite.serializers[params[i] as number];
      return write ? write(value) : String(value);
    });
    return [bindMessage(name, texts), serialize.execute()];
  }

  /** One entry into the module for all of them. */
  async #send(parts: readonly Uint8Array[]): Promise<messages.BackendMessage[]> {
    const answer = await this.pglite.execProtocolStream(Buffer.concat(parts));
    // While it is being closed it takes everything and answers nothing.
    if (answer.at(-1)?.name !== 'readyForQuery') throw new Error('PGlite is closing: a statement was not answered.');
    return answer;
  }
}

/** Runs several statements without values; the last one answers. */
export type Script = <R>(text: string) => Promise<Results<R>>;

function keyOf(text: string, { path = '' }: Use): string {
  return `${path}\n${text}`;
}

function results<R>(answer: messages.BackendMessage[], pglite: PGlite, { parsers = pglite.parsers }: Use): Results<R> {
  return parse.parseResults(answer, parsers).at(-1) as Results<R>;
}
