/** Builds one statement of several parts (common table expressions), numbering the values as they come. */
export class Statement {
  readonly values: unknown[] = [];
  readonly #parts: string[] = [];

  /** Adds a value and answers its name, such as `$3`. */
  value(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }

  /** Adds a part that the later ones can read by its name. */
  part(name: string, text: string): void {
    this.#parts.push(`${name} AS ${/^\s*SELECT/.test(text) ? 'MATERIALIZED ' : ''}(${text})`);
  }

  text(select: string): string {
    return this.#parts.length === 0 ? select : `WITH ${this.#parts.join(',\n')}\n${select}`;
  }
}
