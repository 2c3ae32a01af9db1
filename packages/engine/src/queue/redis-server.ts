import type { Redis } from 'ioredis';

/** Bytes in use, and the smaller of the server's limit and the operator's. */
export async function redisPressure(
  client: Redis,
  maxBytes: number | undefined,
): Promise<{ usedBytes: number; maxBytes: number } | undefined> {
  const memory = fields(await client.info('memory'));
  const limits = [Number(memory.get('maxmemory') ?? 0), maxBytes ?? 0].filter((limit) => limit > 0);
  if (limits.length === 0) return undefined;
  return { usedBytes: Number(memory.get('used_memory')), maxBytes: Math.min(...limits) };
}

/** What of the server's settings weakens a promise, one sentence each. */
export async function redisWarnings(client: Redis): Promise<string[]> {
  const found: string[] = [];
  const memory = fields(await client.info('memory'));
  const persistence = fields(await client.info('persistence'));
  const policy = memory.get('maxmemory_policy');
  if (policy !== undefined && policy !== 'noeviction') {
    found.push(`Redis may throw accepted events away when it is full: set maxmemory-policy to noeviction (${policy}).`);
  }
  if (persistence.get('aof_enabled') !== '1') {
    found.push('Redis forgets accepted events when it ends: set appendonly to yes.');
    return found;
  }
  const fsync = await appendfsync(client);
  if (fsync === 'no') {
    found.push('Redis leaves it to the system when events reach the disk: set appendfsync to everysec or always.');
  } else if (fsync === 'everysec') {
    found.push(
      'Redis may lose the last second of accepted events when its machine fails: appendfsync always does not.',
    );
  }
  return found;
}

/** Hosted servers refuse CONFIG: then nothing is said about it. */
async function appendfsync(client: Redis): Promise<string | undefined> {
  try {
    const answer = (await client.config('GET', 'appendfsync')) as string[];
    return answer[1];
  } catch {
    return undefined;
  }
}

function fields(info: string): Map<string, string> {
  const lines = info.split(/\r?\n/).filter((line) => line.includes(':'));
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]));
}
