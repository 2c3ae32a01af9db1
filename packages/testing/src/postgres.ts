import { execFile } from 'node:child_process';
import { chown } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onPath, postgresBin } from './find.js';
import { uniqueName } from './names.js';
import { freePort } from './port.js';
import { startServer, type TestServer, temporaryFolder } from './server.js';

const run = promisify(execFile);

/** A PostgreSQL server of a test; `url` names the database `postgres`. */
export interface PostgresServer extends TestServer {
  /** Makes an empty database and gives its url. */
  createDatabase(name?: string): Promise<string>;
}

/** Makes a new cluster in a temporary folder and starts PostgreSQL on it. */
export async function startPostgres(options: { port?: number } = {}): Promise<PostgresServer> {
  const bin = postgresBin();
  if (!bin) throw new Error('No PostgreSQL under /usr/lib/postgresql or on the PATH: install the package postgresql.');
  const port = options.port ?? (await freePort());
  const dir = await temporaryFolder('postgres');
  const user = await userFor(dir);
  const data = join(dir, 'data');
  await asUser(user, join(bin, 'initdb'), [
    ...['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync'],
  ]);
  // A test kills processes, not the machine: what the kernel has taken survives that, so fsync would only cost time.
  const settings = { listen_addresses: '127.0.0.1', unix_socket_directories: dir, max_connections: 200, fsync: 'off' };
  const client = ['-h', '127.0.0.1', '-p', String(port), '-U', 'postgres'];
  const urlOf = (database: string) => `postgres://postgres@127.0.0.1:${port}/${database}`;
  const server = await startServer({
    name: 'postgres',
    url: urlOf('postgres'),
    port,
    dir,
    temporary: true,
    command: join(bin, 'postgres'),
    args: ['-D', data, '-p', String(port), ...Object.entries(settings).flatMap(([k, v]) => ['-c', `${k}=${v}`])],
    cwd: dir,
    endSignal: 'SIGINT',
    ...(user === undefined ? {} : { user }),
    ping: () => run(join(bin, 'pg_isready'), client),
  });
  const createDatabase = async (name = uniqueName()) => {
    await run(join(bin, 'createdb'), [...client, name]);
    return urlOf(name);
  };
  return Object.defineProperties({ createDatabase } as PostgresServer, Object.getOwnPropertyDescriptors(server));
}

/** PostgreSQL refuses to run as root; Debian's package has made the user `postgres` for that. */
async function userFor(dir: string): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const ids = await Promise.all([run('id', ['-u', 'postgres']), run('id', ['-g', 'postgres'])]);
  const [uid, gid] = ids.map(({ stdout }) => Number(stdout));
  if (uid === undefined || gid === undefined) throw new Error('The user `postgres` has no uid.');
  await chown(dir, uid, gid);
  return 'postgres';
}

function asUser(user: string | undefined, command: string, args: string[]) {
  if (user === undefined) return run(command, args, { cwd: '/' });
  const setpriv = onPath('setpriv');
  if (!setpriv)
    throw new Error('setpriv is not on the PATH (package util-linux): run the tests as a user, not as root.');
  return run(setpriv, [`--reuid=${user}`, `--regid=${user}`, '--init-groups', command, ...args], { cwd: '/' });
}
