import { checkAnswer } from '../checks/answer.js';
import { Broken } from '../checks/fault.js';
import type { Answer, Call, Client } from '../http/client.js';
import { WRITE_KEY } from '../server/program.js';
import type { Gate } from './gate.js';
import type { Quarantine } from './quarantine.js';
import type { Usual } from './usual.js';

/** An answer, or a run of a flow, that took too long. One that stays slow when it is tried again is a failure. */
export class Slow extends Broken {
  override name = 'Slow';
  constructor(
    what: string,
    readonly ms: number,
    limit: number,
  ) {
    super(`${what} took ${Math.round(ms)} ms, and the limit is ${limit} ms`);
  }
}

/** What the properties of one run share. */
export interface World {
  client: Client;
  port: number;
  limit: number;
  /** Milliseconds after which something that has to come about counts as lost. */
  patience: number;
  quarantine: Quarantine;
  usual: Usual;
  gate: Gate;
  /** Milliseconds that the program and this process have waited for a processor. */
  waited(): number;
  tally: Tally;
  /** A new word that nobody else has. */
  unique(): string;
  /** Ids of flows that no other case uses at the time. */
  flowIds: string[];
  /** Ids of things that are there, for the routes that take one. */
  known: string[];
}

/** What the client side knows of what was accepted: G7 is held against it. */
export class Tally {
  /** Events in requests that were answered with success. */
  accepted = 0;
  /** Events that may have been accepted besides: the connection was cut, or the request was no plain one. */
  perhaps = 0;
  /** Answered 503 with Retry-After. */
  putOff = 0;
  /** Slow once, and not when it was tried again. */
  slowOnce = 0;
  /** How often each status was answered, by kind of case. */
  readonly answers = new Map<string, number>();

  note(kind: string, what: string | number): void {
    const key = `${kind} ${what}`;
    this.answers.set(key, (this.answers.get(key) ?? 0) + 1);
  }
}

/** Sends a request, and holds its answer against what holds for all of them. How long it took is for `inTime`, once what it took is counted. */
export async function send(world: World, kind: string, call: Call): Promise<Answer> {
  const answer = await world.client.send(call);
  world.tally.note(kind, answer.status);
  if (call.method !== 'HEAD') {
    const retryAfter = answer.headers['retry-after'] as string | undefined;
    checkAnswer({ status: answer.status, retryAfter, body: answer.body.toString() });
  }
  return answer;
}

/** Throws when it took too long. */
export function inTime({ limit }: World, what: string, ms: number): void {
  if (ms > limit) throw new Slow(what, ms, limit);
}

/**
 * Tries again, alone, what was slow: on a busy machine anything may be. It is a failure when it is slow then too, and
 * much slower than a plain event is at the same moment.
 */
export async function patiently(world: World, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Slow)) throw error;
    await world.gate.alone(() => again(world, work));
    world.tally.slowOnce++;
  }
}

async function again(world: World, work: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries++) {
    const before = world.waited();
    try {
      await work();
      return;
    } catch (error) {
      if (!(error instanceof Slow)) throw error;
      // What others took of the processors is not the program's time.
      if (error.ms - (world.waited() - before) <= world.limit) return;
      if (error.ms < MANY * (await plainEvent(world))) return;
      if (tries === 2) throw error;
    }
  }
}

const MANY = 5;

/** Milliseconds that an event takes which nothing is wrong with. */
async function plainEvent({ client, tally, unique }: World): Promise<number> {
  const body = JSON.stringify({ writeKey: WRITE_KEY, anonymousId: unique(), event: 'Plain' });
  const headers = { 'content-type': 'application/json' };
  const { status, ms } = await client.send({ method: 'POST', path: '/v1/track', headers, body });
  if (status === 200) tally.accepted++;
  else tally.perhaps++;
  return ms;
}
