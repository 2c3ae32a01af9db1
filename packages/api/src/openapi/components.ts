import type { TSchema } from '@sinclair/typebox';

export type Document = { [key: string]: unknown };

/**
 * Collects the schemas that have a name (their `title`), so that the document says each of them once: wherever one
 * stands, a `$ref` to the components takes its place.
 */
export class Components {
  readonly schemas: { [name: string]: Document } = {};

  /** The schema as it stands in the document. */
  refer(schema: TSchema): Document {
    return this.#walk(schema) as Document;
  }

  #walk(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.#walk(item));
    if (typeof value !== 'object' || value === null) return value;
    const { title, ...rest } = value as { title?: unknown };
    if (typeof title !== 'string') return this.#each(value);
    if (!(title in this.schemas)) {
      // First the place, then the walk: a schema may hold itself.
      this.schemas[title] = {};
      Object.assign(this.schemas[title] as Document, this.#each(rest));
    }
    return { $ref: `#/components/schemas/${title}` };
  }

  /** Object.entries leaves the symbols out with which TypeBox marks its schemas. */
  #each(value: object): Document {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.#walk(item)]));
  }
}
