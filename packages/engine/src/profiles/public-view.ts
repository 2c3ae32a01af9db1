import type { Json } from '@tributary/sdk';
import type { Profiles, PublicView } from '../port.js';
import type { RecordStore } from '../storage/port.js';
import { record } from './record.js';
import { segmentsOf, traitsOf } from './view.js';

const KIND = 'public-view';
const ID = 'marked';
/** Milliseconds for which the marks are believed. */
const FRESH = 1_000;

interface Marked {
  segments: string[];
  traits: string[];
}

/** What a page may know of its visitor: only what an operator has marked public, nothing by default. */
export class PublicProfile implements PublicView {
  #marked: Marked = { segments: [], traits: [] };
  #readAt = 0;

  constructor(
    private readonly records: RecordStore,
    private readonly profiles: Profiles,
  ) {}

  async read(anonymousId: string): Promise<{ segments: string[]; traits: { [key: string]: Json } }> {
    const marked = await this.#fresh();
    const profile = await this.profiles.byIdentifier(`anonymousId:${anonymousId}`);
    if (!profile) return { segments: [], traits: {} };
    const traits = traitsOf(profile);
    return {
      segments: segmentsOf(profile).filter((name) => marked.segments.includes(name)),
      traits: record(
        marked.traits.flatMap((key) => (traits[key] === undefined ? [] : [[key, traits[key]] as [string, Json]])),
      ),
    };
  }

  async get(): Promise<Marked> {
    const stored = await this.records.getRecord(KIND, ID);
    return (stored?.body as unknown as Marked | undefined) ?? { segments: [], traits: [] };
  }

  async set(marked: Marked): Promise<void> {
    for (;;) {
      const rev = (await this.records.getRecord(KIND, ID))?.rev ?? 0;
      const body = { segments: marked.segments, traits: marked.traits };
      if (await this.records.putRecord(KIND, ID, rev + 1, body)) break;
    }
    this.#readAt = 0;
  }

  async #fresh(): Promise<Marked> {
    if (Date.now() - this.#readAt > FRESH) {
      this.#marked = await this.get();
      this.#readAt = Date.now();
    }
    return this.#marked;
  }
}
