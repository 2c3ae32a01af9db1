import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { need } from './need.js';
import { ask } from './port.js';
import { startRedis } from './redis.js';
import type { TestServer } from './server.js';

const servers = need('redis');

describe.skipIf(!servers.ok)('a Redis for tests', () => {
  let redis: TestServer;
  beforeAll(async () => {
    redis = await startRedis({ appendonly: 'always', maxmemory: '64mb' });
  });
  afterAll(() => redis.stop());

  const say = (command: string) => ask(redis.port, `${command}\r\n`);

  it('answers, durable and without eviction', async () => {
    expect(await say('CONFIG GET appendonly')).toContain('yes');
    expect(await say('CONFIG GET maxmemory-policy')).toContain('noeviction');
    expect(await say('CONFIG GET maxmemory')).toContain(String(64 * 1024 * 1024));
  });

  it('keeps its data over SIGKILL and restart, on the same port', async () => {
    expect(await say('SET name kept')).toBe('+OK\r\n');
    const before = redis.pid;
    await redis.kill();
    await expect(say('GET name')).rejects.toThrow();
    await redis.restart();
    expect(redis.pid).not.toBe(before);
    expect(await say('GET name')).toBe('$4\r\nkept\r\n');
  });

  it('leaves nothing behind', async () => {
    const { pid, dir } = redis;
    await redis.stop();
    expect(() => process.kill(pid, 0)).toThrow();
    expect(existsSync(dir)).toBe(false);
  });
});
