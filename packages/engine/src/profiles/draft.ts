import type { Event, Json, ProfileDraft, ProfileView } from '@tributary/sdk';
import type { Origin, Profile } from './profile.js';
import { incrementTrait, setSegment, setTrait, unsetTrait } from './traits.js';
import { viewOf } from './view.js';

export interface IdentifyRequest {
  type: string;
  value: string;
  force: boolean;
}

/** The draft that one flow works on: every change carries the flow and the node as its origin. */
export class FlowDraft implements ProfileDraft {
  #view: ProfileView | undefined;
  /** The node that runs now. */
  node: string | undefined;

  constructor(
    private readonly profile: Profile,
    private readonly event: Event,
    private readonly flow: { id: string; version: number },
    private readonly onIdentify: (request: IdentifyRequest) => void,
  ) {}

  get #by(): Origin {
    const { id, version } = this.flow;
    return {
      event: this.event.id,
      source: this.event.source,
      flow: id,
      version,
      ...(this.node !== undefined && { node: this.node }),
    };
  }

  get id(): string {
    return this.profile.id;
  }

  view(): ProfileView {
    this.#view ??= viewOf(this.profile);
    return this.#view;
  }

  get(path: string): Json | undefined {
    let at: unknown = this.view();
    for (const step of path.split('.')) {
      if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined;
      at = (at as Record<string, unknown>)[step];
    }
    return at as Json | undefined;
  }

  set(path: string, value: Json): void {
    this.#changes();
    setTrait(this.profile, traitKey(path), value, this.event.timestamp, this.#by);
  }

  unset(path: string): void {
    this.#changes();
    unsetTrait(this.profile, traitKey(path), this.event.timestamp, this.#by);
  }

  increment(path: string, by: number): void {
    this.#changes();
    incrementTrait(this.profile, traitKey(path), by, this.event.timestamp, this.#by);
  }

  segment(name: string, member: boolean): void {
    this.#changes();
    setSegment(this.profile, name, member, this.event.timestamp, this.#by);
  }

  /** Who holds the view that there is keeps what it shows; the next one is new. */
  #changes(): void {
    void [this.#view?.traits, this.#view?.segments];
    this.#view = undefined;
  }

  identify(type: string, value: string, options?: { force?: boolean }): void {
    this.onIdentify({ type, value, force: options?.force ?? false });
  }
}

function traitKey(path: string): string {
  return path.startsWith('traits.') ? path.slice('traits.'.length) : path;
}
