import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { onPath } from './find.js';
import { javaProgram } from './mongo-java-server.js';
import { uniqueName } from './names.js';
import { ask, freePort } from './port.js';
import { startServer, type TestServer, temporaryFolder } from './server.js';

/**
 * A MongoDB server of a test. It has no `kill`: mongo-java-server loses acknowledged writes on SIGKILL, which would
 * prove nothing about Tributary, and a server given by `MONGODB_URL` is not ours to kill (nor to restart).
 */
export interface MongoServer extends Omit<TestServer, 'kill'> {
  /** Gives the url of a database that does not exist yet; the first write makes it. */
  createDatabase(name?: string): Promise<string>;
}

/** `MONGODB_URL`, or `mongod` from the PATH, or mongo-java-server with Java 17. */
export async function startMongo(): Promise<MongoServer> {
  const given = process.env.MONGODB_URL;
  if (given) return givenServer(given);
  const port = await freePort();
  const dir = await temporaryFolder('mongo');
  const server = await startServer({
    ...(await program(dir, port)),
    url: `mongodb://127.0.0.1:${port}`,
    port,
    dir,
    temporary: true,
    cwd: dir,
    endSignal: 'SIGTERM',
    ping: () => ask(port),
  });
  const { kill: _, ...parts } = Object.getOwnPropertyDescriptors(server);
  return Object.defineProperties({ createDatabase: databasesOf(server.url) } as MongoServer, parts);
}

async function program(dir: string, port: number): Promise<{ name: string; command: string; args: string[] }> {
  const data = join(dir, 'data');
  await mkdir(data);
  const mongod = onPath('mongod');
  if (mongod) {
    const args = ['--dbpath', data, '--port', String(port), '--bind_ip', '127.0.0.1', '--nounixsocket'];
    return { name: 'mongod', command: mongod, args };
  }
  const java = onPath('java');
  if (!java) throw new Error('No MongoDB server: set MONGODB_URL, or install mongod, or install Java 17 and Maven.');
  const args = ['-Xmx3g', ...(await javaProgram()), join(data, 'mongo.mv'), String(port)];
  return { name: 'mongo-java-server', command: java, args };
}

function givenServer(url: string): MongoServer {
  const { port } = new URL(url);
  return {
    name: 'MONGODB_URL',
    url,
    port: Number(port || 27017),
    pid: 0,
    dir: '',
    createDatabase: databasesOf(url),
    stop: async () => {},
    restart: async () => {
      throw new Error('The server of MONGODB_URL is not ours to restart.');
    },
  };
}

/** Puts a database name into the path of the url, and leaves its hosts and options as they are. */
function databasesOf(url: string) {
  return async (name = uniqueName()): Promise<string> =>
    url.replace(/^(mongodb(?:\+srv)?:\/\/[^/?]+)(?:\/[^?]*)?/, (_, hosts: string) => `${hosts}/${name}`);
}
