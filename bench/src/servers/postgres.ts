import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from '@tributary/testing';

const run = promisify(execFile);

export interface Postgres {
  readonly pid: number;
  createDatabase(name: string): Promise<string>;
  stop(): Promise<void>;
}

/** A PostgreSQL as its package sets it up, on disk and with `fsync`: what a test server does without is part of the cost. */
export async function startDurablePostgres(): Promise<Postgres> {
  const bin = binFolder();
  const port = await freePort();
  const dir = await mkdtemp(join(tmpdir(), 'tributary-bench-postgres-'));
  const user = await userFor(dir);
  const data = join(dir, 'data');
  const [initdb, initdbArgs] = as(user, join(bin, 'initdb'), [
    '-D',
    data,
    '-U',
    'postgres',
    '-A',
    'trust',
    '-E',
    'UTF8',
  ]);
  await run(initdb, [...initdbArgs, '--no-locale'], { cwd: '/' });
  const settings = { listen_addresses: '127.0.0.1', unix_socket_directories: dir, max_connections: '200', fsync: 'on' };
  const [command, args] = as(user, join(bin, 'postgres'), [
    ...['-D', data, '-p', String(port)],
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ]);
  const child = spawn(command, args, { cwd: '/', stdio: 'ignore' });
  const kill = () => child.kill('SIGQUIT');
  process.once('exit', kill);
  const client = ['-h', '127.0.0.1', '-p', String(port), '-U', 'postgres'];
  for (let tries = 0; ; tries++) {
    await sleep(50);
    if (await run(join(bin, 'pg_isready'), client).catch(() => undefined)) break;
    if (tries > 400 || child.exitCode !== null) throw new Error('PostgreSQL did not start within 20 s.');
  }
  return {
    pid: child.pid as number,
    async createDatabase(name) {
      await run(join(bin, 'createdb'), [...client, name]);
      return `postgres://postgres@127.0.0.1:${port}/${name}`;
    },
    async stop() {
      const gone = once(child, 'exit');
      child.kill('SIGINT');
      await gone;
      process.off('exit', kill);
      await rm(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function binFolder(): string {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  const bin = versions.map((version) => join(root, version, 'bin')).find((path) => existsSync(join(path, 'initdb')));
  if (!bin) throw new Error('No PostgreSQL under /usr/lib/postgresql: install the package postgresql.');
  return bin;
}

/** PostgreSQL refuses to run as root; its package has made the user `postgres` for that. */
async function userFor(dir: string): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const ids = await Promise.all([run('id', ['-u', 'postgres']), run('id', ['-g', 'postgres'])]);
  const [uid = -1, gid = -1] = ids.map(({ stdout }) => Number(stdout));
  await chown(dir, uid, gid);
  return 'postgres';
}

function as(user: string | undefined, command: string, args: string[]): [string, string[]] {
  if (user === undefined) return [command, args];
  return ['setpriv', [`--reuid=${user}`, `--regid=${user}`, '--init-groups', command, ...args]];
}
