import { onPath } from './find.js';
import { ask, freePort } from './port.js';
import { startServer, type TestServer, temporaryFolder } from './server.js';

/** Settings of a Redis for one test. */
export interface RedisOptions {
  /** When the append-only file is synced; `false` keeps nothing over a restart. `everysec` by default. */
  appendonly?: 'always' | 'everysec' | false;
  /** A limit as Redis writes it, `32mb` for example. None by default. */
  maxmemory?: string | number;
  port?: number;
  /** A data folder to keep; a temporary one by default. */
  dir?: string;
}

/** Starts a Redis server with `noeviction` and an append-only file, as Tributary wants it. */
export async function startRedis(options: RedisOptions = {}): Promise<TestServer> {
  const command = onPath('redis-server');
  if (!command) throw new Error('redis-server is not on the PATH: install the package redis-server.');
  const { appendonly = 'everysec' } = options;
  const port = options.port ?? (await freePort());
  const dir = options.dir ?? (await temporaryFolder('redis'));
  const settings = {
    port: String(port),
    bind: '127.0.0.1',
    dir,
    save: '',
    appendonly: appendonly ? 'yes' : 'no',
    appendfsync: appendonly || 'no',
    maxmemory: String(options.maxmemory ?? 0),
    'maxmemory-policy': 'noeviction',
  };
  return startServer({
    name: 'redis',
    url: `redis://127.0.0.1:${port}`,
    port,
    dir,
    temporary: options.dir === undefined,
    command,
    args: Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
    cwd: dir,
    endSignal: 'SIGTERM',
    ping: async () => {
      const answer = await ask(port, 'PING\r\n');
      if (!answer.startsWith('+PONG')) throw new Error(`Redis is not ready: ${answer.trim()}`);
    },
  });
}
