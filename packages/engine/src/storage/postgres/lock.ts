import { mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startTimeOf } from './process.js';

/** Another process works on the data folder. */
export class DataFolderHeld extends Error {
  readonly code = 'DATA_FOLDER_HELD';
  override name = 'DataFolderHeld';
  constructor(folder: string, pid: number) {
    super(
      `The data folder ${folder} is held by process ${pid}: stop that one, or set TRIBUTARY_DATA to another folder.`,
    );
  }
}

const TRIES = 4;

/**
 * Takes a folder for this process, until the answer is called. The lock survives SIGKILL without being in the way: it
 * is a file whose name says which process made it, and that process (its id and the time it started) is gone.
 *
 * Each contender first leaves its file, then looks for others. Of two, the one that looks later sees the other, so two
 * can never both go on; a file of a dead process can be removed by anybody, since it will not come back.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  await mkdir(folder, { recursive: true });
  const mine = `lock-${process.pid}-${startTimeOf(process.pid) ?? 0}`;
  const release = () => rm(join(folder, mine), { force: true });
  for (let tries = 1; ; tries++) {
    await create(folder, mine);
    const holder = await otherHolder(folder, mine);
    if (holder === undefined) return release;
    await release();
    if (tries === TRIES) throw new DataFolderHeld(folder, holder);
    // It may be one that has just left its file as well, and goes back too.
    await sleep(50 + Math.random() * 200);
  }
}

async function create(folder: string, name: string): Promise<void> {
  try {
    await (await open(join(folder, name), 'wx')).close();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') {
      throw new DataFolderHeld(folder, process.pid);
    }
    throw error;
  }
}

async function otherHolder(folder: string, mine: string): Promise<number | undefined> {
  for (const name of await readdir(folder)) {
    const [, pid, start] = /^lock-(\d+)-(\w+)$/.exec(name) ?? [];
    if (pid === undefined || name === mine) continue;
    if (startTimeOf(Number(pid)) === start) return Number(pid);
    await rm(join(folder, name), { force: true });
  }
  return undefined;
}
