import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { onPath } from './find.js';

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

/** The program that starts it, with indexes that it has not by itself. */
const JAVA_PROGRAM = fileURLToPath(new URL('../java/TestMongo.java', import.meta.url));
const exec = promisify(execFile);

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
  await exec('mvn', ['-q', '-B', ...goals], { cwd: work });
  await keep(join(work, 'lib'), folder);
  await rm(work, { recursive: true, force: true });
  return folder;
}

/**
 * What Java is given to run the program. It is built once a machine for each of its texts, where there is a compiler: Java
 * itself would build it at each start, which takes three seconds of a processor.
 */
export async function javaProgram(): Promise<string[]> {
  const jars = join(await fetchJars(), '*');
  if (!onPath('javac')) return ['-cp', jars, JAVA_PROGRAM];
  const text = await readFile(JAVA_PROGRAM);
  const folder = `${jarFolder()}-${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
  if (!existsSync(folder)) {
    const work = await mkdtemp(`${folder}-`);
    await exec('javac', ['-cp', jars, '-d', work, JAVA_PROGRAM]);
    await keep(work, folder);
  }
  return ['-cp', `${jars}${delimiter}${folder}`, 'TestMongo'];
}

/** Complete or not at all: whoever comes second keeps the folder of the first. */
async function keep(work: string, folder: string): Promise<void> {
  await rename(work, folder).catch(async (error: unknown) => {
    if (!existsSync(folder)) throw error;
    await rm(work, { recursive: true, force: true });
  });
}
