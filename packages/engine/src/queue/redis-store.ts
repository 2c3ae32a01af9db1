import { randomUUID } from 'node:crypto';
import { type Queue as BullQueue, Job, type JobsOptions, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { waitingBatch } from './codec.js';
import type { Wish } from './lead.js';
import type { Numbers } from './numbers.js';
import type { WaitingBatch } from './port.js';
import { redisPressure, redisWarnings } from './redis-server.js';
import type { Look } from './rounds.js';
import type { QueueSettings } from './settings.js';
import { ASKED, type Question } from './share.js';
import type { QueueStore } from './store.js';
import { JsonText, type TextQueue } from './text-queue.js';

/** Stalls are no failures: with BullMQ's own limit, two kills would send a batch to the failed ones. */
const NO_LIMIT = 2 ** 31 - 1;
/** Milliseconds for which a lead stands without word from its process: longer than it collects garbage or compiles. */
const LEADS = 1_000;
/**
 * Milliseconds for which nobody leads when it was too much: the first time (short, since a process that has just started is
 * busy with compiling itself), and at most. For so many more it is remembered, and the next time takes twice as long. All
 * processes have this in common, or each would find it out by itself.
 */
const REST = { first: 1_000, most: 60_000, remembered: 60_000 };
/** With more batches than that in a partition, whoever leads does not get on with it. */
const BEHIND = 32;
/**
 * Who leads, how many jobs wait and how many are in work in each pair of lists, and where another leads the job of each
 * pair that is next. BullMQ takes from the end of the list.
 */
const LOOK = `
local key, rest, me, wish, leads = KEYS[#KEYS - 1], KEYS[#KEYS], ARGV[1], ARGV[2], tonumber(ARGV[3])
local first, most, remembered = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local leader = redis.call('GET', key)
if wish == 'lead' and (leader == me or not leader and redis.call('PTTL', rest) <= remembered) then
  -- Few of the looks write: where each write waits for the disk, so does everybody.
  if redis.call('PTTL', key) < leads * 0.75 then redis.call('SET', key, me, 'PX', leads) end
  leader = me
elseif leader == me then
  redis.call('DEL', key)
  leader = false
  if wish == 'rest' then
    local last = redis.call('GET', rest)
    local pause = last and math.min(2 * last, most) or first
    redis.call('SET', rest, pause, 'PX', pause + remembered)
  end
end
local lengths, ids = {}, {}
for i = 1, #KEYS - 2 do lengths[i] = redis.call('LLEN', KEYS[i]) end
if leader and leader ~= me then
  for i = 1, #KEYS - 2, 2 do ids[#ids + 1] = lengths[i] > 0 and redis.call('LINDEX', KEYS[i], -1) or '' end
end
return { leader or '', lengths, ids }`;

/** Bytes after which no more is read ahead: everybody waits while a script runs. */
const MOST_READ = 1024 * 1024;
/** The data of the jobs at the end of a list, which are taken next, up to one that is gone. */
const NEXT = `
local ids, texts, size = redis.call('LRANGE', KEYS[1], -tonumber(ARGV[2]), -1), {}, 0
for i = #ids, 1, -1 do
  local text = redis.call('HGET', ARGV[1] .. ids[i], 'data')
  if not text or size > tonumber(ARGV[3]) then break end
  texts[#texts + 1] = text
  size = size + #text
end
return texts`;

/** Takes jobs out of a list, those that are in it; BullMQ's own script takes one, and tells of it. */
const REMOVE = `
for i = 2, #ARGV do
  if redis.call('LREM', KEYS[1], -1, ARGV[i]) > 0 then redis.call('DEL', ARGV[1] .. ARGV[i]) end
end`;

/** Where the numbers of partitions are. */
export const numberKeys = (prefix: string) => ({ partitions: `${prefix}:partitions`, all: `${prefix}:partitions:all` });

/** BullMQ's own backend on Redis, where jobs of dead workers come back to the head by themselves. */
export class RedisStore implements QueueStore {
  readonly name = 'redis';
  readonly lock = 'expires';
  readonly reclaimWhenIdle = false;
  readonly jobOptions: JobsOptions = { removeOnComplete: true, removeOnFail: false };
  readonly jobData = (text: string): JsonText => new JsonText(text);
  readonly #lists: string[];

  constructor(
    private readonly client: Redis,
    private readonly prefix: string,
    readonly queues: readonly TextQueue[],
    private readonly settings: QueueSettings,
  ) {
    this.#lists = queues.flatMap((queue) => [queue.toKey('wait'), queue.toKey('active')]);
  }

  makeWorker(partition: number): Worker {
    return new Worker(`p${partition}`, null, {
      connection: this.client,
      prefix: this.prefix,
      skipVersionCheck: true,
      concurrency: 1,
      lockDuration: this.settings.lockDuration,
      stalledInterval: this.settings.stalledInterval,
      maxStalledCount: NO_LIMIT,
      drainDelay: this.settings.drainDelay,
    });
  }

  async interrupt(worker: Worker): Promise<void> {
    await worker.close(true);
  }

  async look(process: string, wish: Wish): Promise<Look> {
    const keys = [...this.#lists, `${this.prefix}:lead`, `${this.prefix}:lead:rest`];
    const { first, most, remembered } = REST;
    const values = [process, wish, LEADS, first, most, remembered];
    const answer = await this.client.eval(LOOK, keys.length, ...keys, ...values);
    const [leader, lengths, ids] = answer as [string, number[], string[]];
    const found = this.queues.map((_, partition) => {
      const [waiting = 0, active = 0] = lengths.slice(2 * partition);
      return { isFree: waiting > 0 && active === 0, isHeld: active > 0, isBehind: waiting > BEHIND };
    });
    if (leader === '') return { leader: 'nobody', found };
    if (leader === process) return { leader: 'this process', found };
    return { leader: 'another', found, oldest: ids.map((id) => id || undefined) };
  }

  async next(partition: number, jobs: number): Promise<unknown[]> {
    const queue = this.#queue(partition);
    const texts = await this.client.eval(NEXT, 1, queue.toKey('wait'), queue.toKey(''), jobs, MOST_READ);
    return (texts as string[]).map((text) => JSON.parse(text) as unknown);
  }

  async remove(partition: number, ids: readonly string[]): Promise<void> {
    const queue = this.#queue(partition);
    // Without waiting for the answer: what is asked next comes after it, over the same connection. What stays there all the
    // same is found to be done when its turn comes.
    this.client.eval(REMOVE, 1, queue.toKey('wait'), queue.toKey(''), ...ids).catch(() => undefined);
  }

  async ask(partition: number, { by, busy }: Question): Promise<void> {
    const queue = this.#queue(partition);
    // Where nobody works there is nothing to ask for, and nothing to write every second.
    if ((await this.client.llen(queue.toKey('active'))) === 0) return;
    await this.client.set(queue.toKey('asked'), `${busy} ${by}`, 'PX', ASKED);
  }

  async asked(partition: number): Promise<Question | undefined> {
    const [busy, by] = (await this.client.get(this.#queue(partition).toKey('asked')))?.split(' ') ?? [];
    return by === undefined ? undefined : { by, busy: Number(busy) };
  }

  async wake(partition: number): Promise<void> {
    await this.client.zadd(this.#queue(partition).toKey('marker'), 0, '0');
  }

  async reclaim(partition: number, token: string): Promise<void> {
    const queue = this.#queue(partition);
    for (const id of await this.client.lrange(queue.toKey('active'), 0, -1)) {
      if ((await this.client.get(`${queue.toKey(id)}:lock`)) !== token) continue;
      const job = await Job.fromId(queue, id);
      await job?.moveToWait(token);
    }
  }

  /** Stalled jobs come back by BullMQ's own check. */
  async recover(): Promise<void> {}

  async waiting(): Promise<WaitingBatch[]> {
    const partitions = await Promise.all(this.queues.map((_, partition) => this.#waitingIn(partition)));
    return partitions.flat();
  }

  async #waitingIn(partition: number): Promise<WaitingBatch[]> {
    const queue = this.#queue(partition);
    // One transaction, so that a job on its way from one list to the other is seen once.
    const lists = await this.client
      .multi()
      .lrange(queue.toKey('active'), 0, -1)
      .lrange(queue.toKey('wait'), 0, -1)
      .exec();
    const [active = [], wait = []] = results<string[]>(lists);
    // BullMQ takes from the end of the list.
    const ids = [...active, ...wait.reverse()];
    const names = this.client.pipeline();
    for (const id of ids) names.hget(queue.toKey(id), 'name');
    const found = results<string | null>(await names.exec());
    return ids.flatMap((id, at) => {
      const name = found[at];
      return name ? [waitingBatch(id, partition, name)] : [];
    });
  }

  pressure(): Promise<{ usedBytes: number; maxBytes: number } | undefined> {
    return redisPressure(this.client, this.settings.maxBytes);
  }

  async check(): Promise<void> {
    const key = `${this.prefix}:heartbeat:${randomUUID()}`;
    await this.client.set(key, '1', 'PX', 10_000);
    if ((await this.client.get(key)) !== '1') throw new Error('Redis did not keep what was written.');
  }

  async setNumbers({ partitions, all }: Numbers): Promise<void> {
    const keys = numberKeys(this.prefix);
    await this.client.mset(keys.partitions, partitions, keys.all, all);
  }

  async storedPartitions(): Promise<number> {
    return Number(await this.client.get(numberKeys(this.prefix).partitions));
  }

  warnings(): Promise<string[]> {
    return redisWarnings(this.client);
  }

  async close(): Promise<void> {
    await Promise.all(this.queues.map((queue) => queue.close()));
    this.client.disconnect();
  }

  #queue(partition: number): BullQueue {
    return this.queues[partition] as BullQueue;
  }
}

function results<T>(answers: [Error | null, unknown][] | null): T[] {
  return (answers ?? []).map(([error, value]) => {
    if (error) throw error;
    return value as T;
  });
}
