import type { SessionView } from '@tributary/sdk';
import type { Batch } from '../events/batch.js';
import type { CompiledFlow, FlowRunResult, MissingFlow } from '../flows/index.js';
import { resumeFlow, runFlow } from '../flows/index.js';
import type { OutboxEntry } from '../flows/run.js';
import type { ExtraIdentifier } from '../identity/plan.js';
import type { Resolution } from '../identity/resolve.js';
import { normaliseIdentifier } from '../identity/rules.js';
import { addIdentifiers, applyEvent } from '../profiles/apply.js';
import { emptyProfile } from '../profiles/create.js';
import { FlowDraft } from '../profiles/draft.js';
import { addPassages, addPassagesOf } from '../profiles/passages.js';
import type { Mark, Passages, Profile } from '../profiles/profile.js';
import { viewOfSession } from '../profiles/sessions.js';
import type { Commit } from '../storage/port.js';
import { weakened } from '../telemetry/weakened.js';
import type { Placed } from './claim.js';
import type { PipelineContext } from './context.js';
import { claimId, eventOf, type WorkItem } from './items.js';
import { type Parked, parkedResume, parkedStart, parkedStep } from './parked.js';
import { PartBatches } from './part-batches.js';
import { isSample, storedRun } from './runs.js';

/** A profile in this part: its new state, and what was there before. */
interface Draft {
  profile: Profile;
  /** Messages of this batch that are in the stored state already: an earlier attempt got so far. */
  done: Map<string, Mark>;
  changed: boolean;
  handOver: OutboxEntry[];
  /** Passages of nodes in this computation. */
  passed: Passages;
  /** The batch that was applied last: its mark has the passages. */
  last: string;
}

/** One computation of a part, in memory and synchronous: what the commit shall write. */
export class PartWork {
  /** Identifiers that flows asked for and that are not (yet) this profile's. */
  readonly wanted = new Map<number, ExtraIdentifier[]>();
  readonly #drafts = new Map<string, Draft>();
  readonly #events: Commit['events'] = [];
  readonly #runs: Commit['runs'] = [];
  /** Passages that an earlier commit of a batch left in the marks: together with the new ones, each is here once. */
  readonly #found = new Map<string, Passages>();
  readonly #batches: PartBatches;

  constructor(
    private readonly context: PipelineContext,
    /** Under its name the part is written. */
    private readonly batch: Batch,
    private readonly resolution: Resolution,
    private readonly versions: ReadonlyMap<string, CompiledFlow | MissingFlow>,
    items: readonly Placed[],
  ) {
    const batches = [batch, ...items.map((placed) => placed.batch)];
    this.#batches = new PartBatches(batches, context.store.writesWhole);
  }

  take(placed: Placed): void {
    const { item } = placed;
    const draft = this.#draft(this.resolution.profileOf(placed.index), placed.batch);
    const message = claimId(item);
    const done = draft.done.get(message);
    if (done && !weakened('marks')) {
      if (done.nodes) addPassagesOf(this.#found, placed.batch.id, done.nodes);
      if (item.kind !== 'resume') this.#keepEvent(item, done);
      return;
    }
    this.#change(draft);
    draft.last = placed.batch.id;
    if (item.kind === 'resume') this.#resume(draft, placed, message);
    else this.#event(draft, { ...placed, item }, message);
  }

  #draft(id: string, batch: Batch): Draft {
    const known = this.#drafts.get(id);
    if (known) return known;
    const profile = this.resolution.directory.profiles.get(id) ?? emptyProfile(id, this.#batches.acceptedAt(batch));
    const mine = profile.marks.filter((mark) => this.#batches.has(mark));
    const draft: Draft = {
      profile,
      done: new Map(mine.map((mark) => [mark.message, mark])),
      changed: false,
      // What an earlier attempt left in the document may not have been handed over.
      handOver: profile.outbox.filter((entry) => this.#batches.has(entry)),
      passed: Object.create(null),
      last: batch.id,
    };
    this.#drafts.set(id, draft);
    return draft;
  }

  /** With the first write of a batch, what earlier batches of its partition left in the document goes. */
  #change(draft: Draft): void {
    if (draft.changed) return;
    draft.changed = true;
    const { profile } = draft;
    profile.marks = profile.marks.filter((mark) => this.#batches.keeps(mark));
    profile.outbox = profile.outbox.filter((entry) => this.#batches.keeps(entry));
  }

  #event(draft: Draft, placed: Placed & { item: Exclude<WorkItem, { kind: 'resume' }> }, message: string): void {
    const { item, index, batch } = placed;
    const { event } = item;
    const mark = { ...this.#batches.nameOf(batch), message };
    const applied = applyEvent(draft.profile, event, this.resolution.identifiersOf(index), mark);
    this.#keepEvent(item, { profile: draft.profile.id, sequence: applied.sequence, session: applied.session?.id });
    const { run, missing } = this.context.flows.live().index.match(event);
    const session = viewOfSession(applied.session);
    for (const flow of run) {
      const result = runFlow(flow, this.#passage(draft, placed, flow, session));
      if (result) this.#finish(draft, placed, result);
    }
    for (const flow of missing) {
      this.#park(draft, placed, parkedStart(flow, event, batch));
    }
  }

  #resume(draft: Draft, placed: Placed, message: string): void {
    const { item, index, batch } = placed;
    const { resume } = item as Extract<WorkItem, { kind: 'resume' }>;
    const event = resume.run.event;
    const by = { event: event.id, source: event.source };
    addIdentifiers(draft.profile, this.resolution.identifiersOf(index), event.timestamp, by);
    const mark = { ...this.#batches.nameOf(batch), message };
    draft.profile.marks.push({ ...mark, profile: draft.profile.id, sequence: draft.profile.sequence });
    const flow = this.versions.get(`${resume.run.flow}@${resume.run.version}`);
    if (!flow || !('nodes' in flow)) {
      this.#park(draft, placed, parkedResume(flow, resume, batch));
      return;
    }
    const passage = this.#passage(draft, placed, flow, undefined);
    const result = parkedStep(resume.run)
      ? runFlow(flow, { ...passage, event })
      : resumeFlow(flow, resume.run, resume, passage);
    if (result) this.#finish(draft, placed, result);
  }

  #passage(draft: Draft, { item, index, batch }: Placed, flow: CompiledFlow, session: SessionView | undefined) {
    const event = eventOf(item);
    const profile = new FlowDraft(draft.profile, event, { id: flow.id, version: flow.version }, (request) => {
      const value = normaliseIdentifier(this.context.rules, request.type, request.value);
      if (value === undefined) return;
      const identifier = { type: request.type, value };
      if (this.resolution.owns(draft.profile.id, identifier)) return;
      const wanted = this.wanted.get(index) ?? [];
      wanted.push({ ...identifier, force: request.force });
      this.wanted.set(index, wanted);
    });
    const enter = (node: string) => {
      profile.node = node;
    };
    return {
      event,
      profile,
      session,
      now: this.#batches.acceptedAt(batch),
      partition: batch.partition,
      batch: batch.id,
      enter,
    };
  }

  #finish(draft: Draft, placed: Placed, result: FlowRunResult): void {
    for (const entry of result.outbox) this.#handOver(draft, entry, placed);
    addPassages(draft.passed, result.nodeCounts);
    if (result.notable || isSample(eventOf(placed.item))) this.#keepRun(draft, placed, result);
  }

  #park(draft: Draft, placed: Placed, { entry, result }: Parked): void {
    this.#handOver(draft, entry, placed);
    this.#keepRun(draft, placed, { ...result, status: 'parked' });
  }

  #keepRun(draft: Draft, { item, batch }: Placed, result: Parameters<typeof storedRun>[2]): void {
    const profile = draft.profile.id;
    const run = storedRun(profile, eventOf(item), result, this.#batches.acceptedAt(batch));
    this.#runs.push({ profile, run });
  }

  #handOver(draft: Draft, entry: OutboxEntry, { batch, trace }: Placed): void {
    if (trace !== undefined) entry.trace = trace;
    const { after } = this.#batches.nameOf(batch);
    if (after) entry.after = after;
    draft.profile.outbox.push(entry);
    draft.handOver.push(entry);
  }

  #keepEvent(
    item: Exclude<WorkItem, { kind: 'resume' }>,
    { profile, sequence, session }: { profile: string; sequence: number; session?: string | undefined },
  ): void {
    this.#events.push({
      profile,
      sequence,
      ...(session !== undefined && { session }),
      ...(item.kind === 'emitted' && { emitted: true }),
      event: item.event,
    });
  }

  /** Bytes of the largest outbox of a profile in this part. */
  largestOutbox(): number {
    let largest = 0;
    for (const { handOver } of this.#drafts.values()) {
      if (handOver.length === 0) continue;
      largest = Math.max(largest, Buffer.byteLength(JSON.stringify(handOver)));
    }
    return largest;
  }

  /**
   * Passages of each node that a batch is to count, whenever they were computed. Those that were computed together in a
   * profile are all its last batch's.
   */
  nodes(): Map<string, Passages> {
    const sums = new Map<string, Passages>();
    for (const [batch, found] of this.#found) addPassagesOf(sums, batch, found);
    for (const { passed, last } of this.#drafts.values()) addPassagesOf(sums, last, passed);
    return sums;
  }

  /** What is written as a whole is there with its receipt or not at all: nobody will ask which messages are in it. */
  result({ isWhole = false } = {}): Commit {
    const updatedAt = new Date().toISOString();
    const changed = [...this.#drafts.values()].filter((draft) => draft.changed);
    for (const { profile, passed } of changed) {
      // Of everything that this commit adds, the last mark is the last: passages are written with what they are of.
      if (isWhole) profile.marks = profile.marks.filter((mark) => !this.#batches.has(mark));
      else if (Object.keys(passed).length > 0) (profile.marks.at(-1) as Mark).nodes = passed;
      profile.version++;
      profile.updatedAt = updatedAt;
    }
    const outbox = [...this.#drafts.values()].flatMap(({ profile, handOver }) =>
      handOver.map((entry) => ({ profile: profile.id, entry })),
    );
    return {
      batch: this.batch.id,
      partition: this.batch.partition,
      profiles: changed.map(({ profile }) => profile),
      events: this.#events,
      outbox,
      runs: this.#runs,
      quarantine: [],
      deadLetters: [],
    };
  }
}
