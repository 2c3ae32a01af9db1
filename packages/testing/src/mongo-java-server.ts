import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

/** mongo-java-server: an independent server of MongoDB's wire protocol, for machines that have no mongod. */
const VERSION = '1.47.0';

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>tributary</groupId><artifactId>test-server</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>de.bwaldvogel</groupId><artifactId>mongo-java-server</artifactId><version>${VERSION}</version></dependency>
    <dependency><groupId>de.bwaldvogel</groupId><artifactId>mongo-java-server-h2-backend</artifactId><version>${VERSION}</version></dependency>
  </dependencies>
</project>
`;

/** Its own versions end at wire version 8, and the driver wants 9 at least: it says 21 (MongoDB 7.0). */
export const JAVA_SOURCE = `import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import java.util.List;

class TestMongo {
  public static void main(String[] args) {
    H2Backend backend = new H2Backend(args[0]);
    backend.version(new MongoVersion() {
      public List<Integer> getVersionArray() { return List.of(7, 0, 0); }
      public int getWireVersion() { return 21; }
    });
    MongoServer server = new MongoServer(backend);
    Runtime.getRuntime().addShutdownHook(new Thread(server::shutdown));
    server.bind("127.0.0.1", Integer.parseInt(args[1]));
  }
}
`;

/** The folder of the jars, kept between runs. */
export function jarFolder(): string {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return join(cache, 'tributary-test', `mongo-java-server-${VERSION}`);
}

/** Whether the jars were fetched before. */
export function jarsAreHere(): boolean {
  return existsSync(jarFolder());
}

/** Fetches the jars with Maven, once a machine; several tests may do this at the same time. */
export async function fetchJars(): Promise<string> {
  const folder = jarFolder();
  if (jarsAreHere()) return folder;
  await mkdir(dirname(folder), { recursive: true });
  const work = await mkdtemp(`${folder}-`);
  await writeFile(join(work, 'pom.xml'), POM);
  const goals = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${join(work, 'lib')}`];
  await promisify(execFile)('mvn', ['-q', '-B', ...goals], { cwd: work });
  // Complete or not at all: whoever comes second keeps the folder of the first.
  await rename(join(work, 'lib'), folder).catch((error: unknown) => {
    if (!jarsAreHere()) throw error;
  });
  await rm(work, { recursive: true, force: true });
  return folder;
}
