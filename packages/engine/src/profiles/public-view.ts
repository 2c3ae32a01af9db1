import type { Json } from '@tributary/sdk';
import type { Profiles, PublicMarks, PublicView } from '../port.js';
import type { RecordStore } from '../storage/port.js';
import { mayUse } from './consent.js';
import { record } from './record.js';
import { segmentsOf, traitsOf } from './view.js';

const KIND = 'public-view';
const ID = 'marked';
/** Milliseconds for which the marks are believed. */
const FRESH = 1_000;

/** What a page may know of its visitor: only what an operator has marked public, nothing by default. */
export class PublicProfile implements PublicView {
  #marked: PublicMarks = { segments: [], traits: [] };
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly records: RecordStore,
    private readonly profiles: Profiles,
  ) {}

  async read(anonymousId: string): Promise<{ segments: string[]; traits: { [key: string]: Json } }> {
    const marked = await this.#fresh();
    const profile = await this.profiles.byIdentifier(`anonymousId:${anonymousId}`);
    if (!profile || !mayUse(profile, marked.purpose)) return { segments: [], traits: {} };
    const traits = traitsOf(profile);
    return {
      segments: segmentsOf(profile).filter((name) => marked.segments.includes(name)),
      traits: record(
        marked.traits.flatMap((key) => (traits[key] === undefined ? [] : [[key, traits[key]] as [string, Json]])),
      ),
    };
  }

  async get(): Promise<PublicMarks> {
    const stored = await this.records.getRecord(KIND, ID);
    return (stored?.body as unknown as PublicMarks | undefined) ?? { segments: [], traits: [] };
  }

  async set(marked: PublicMarks): Promise<void> {
    for (;;) {
      const rev = (await this.records.getRecord(KIND, ID))?.rev ?? 0;
      const { segments, traits, purpose } = marked;
      const body = { segments, traits, ...(purpose !== undefined && { purpose }) };
      if (await this.records.putRecord(KIND, ID, rev + 1, body)) break;
    }
    this.#readAt = Number.NEGATIVE_INFINITY;
  }

  async #fresh(): Promise<PublicMarks> {
    if (performance.now() - this.#readAt > FRESH) {
      this.#marked = await this.get();
      this.#readAt = performance.now();
    }
    return this.#marked;
  }
}
