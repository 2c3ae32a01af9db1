import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DataFolderHeld, lockFolder } from './lock.js';
import { startTimeOf } from './process.js';

describe('the lock of a data folder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tributary-lock-'));
    return () => rm(folder, { recursive: true, force: true });
  });

  it('is held until it is given free', async () => {
    const release = await lockFolder(folder);
    await expect(lockFolder(folder)).rejects.toThrow(DataFolderHeld);
    await release();
    await (await lockFolder(folder))();
    expect(await readdir(folder)).toEqual([]);
  });

  it('makes a folder that is not there', async () => {
    const release = await lockFolder(join(folder, 'a', 'b'));
    await release();
  });

  it('leaves other files alone', async () => {
    await writeFile(join(folder, 'lock-of-mine'), '');
    await (await lockFolder(folder))();
    expect(await readdir(folder)).toEqual(['lock-of-mine']);
  });

  describe('of another process', () => {
    let other: ChildProcess;
    beforeAll(async () => {
      other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000); console.log("up")'], { stdio: 'pipe' });
      if (other.stdout) await once(other.stdout, 'data');
    });
    afterAll(() => {
      other.kill('SIGKILL');
    });
    const lockOf = (pid: number, start: string) => writeFile(join(folder, `lock-${pid}-${start}`), '');

    it('keeps this one out while that one lives, and says which it is', async () => {
      const pid = other.pid ?? 0;
      await lockOf(pid, startTimeOf(pid) ?? '');
      const error = await lockFolder(folder).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'DATA_FOLDER_HELD' });
      expect((error as Error).message).toContain(`held by process ${pid}`);
      expect(await readdir(folder)).toHaveLength(1);
    });

    it('is taken over when its id belongs to a process that started at another time', async () => {
      await lockOf(other.pid ?? 0, '1');
      const release = await lockFolder(folder);
      expect(await readdir(folder)).toEqual([`lock-${process.pid}-${startTimeOf(process.pid)}`]);
      await release();
    });

    it('is taken over when that one was killed', async () => {
      const pid = other.pid ?? 0;
      await lockOf(pid, startTimeOf(pid) ?? '');
      other.kill('SIGKILL');
      await once(other, 'exit');
      await (await lockFolder(folder))();
    });
  });
});

describe('the start of a process', () => {
  it('is the same each time it is asked for, and unknown for one that is not there', () => {
    expect(startTimeOf(process.pid)).toMatch(/^\w+$/);
    expect(startTimeOf(process.pid)).toBe(startTimeOf(process.pid));
    expect(startTimeOf(2 ** 22 + 1)).toBeUndefined();
  });

  it.runIf(process.platform === 'linux')(
    'tells a killed process that nobody has collected from a living one',
    async () => {
      // The shell starts a child, which ends, and does not wait for it.
      const shell = spawn('sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 30'], { stdio: ['ignore', 'pipe', 'ignore'] });
      const [chunk] = (await once(shell.stdout, 'data')) as [Buffer];
      const pid = Number(chunk.toString());
      expect(startTimeOf(pid)).toBeDefined();
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(startTimeOf(pid)).toBeUndefined();
      shell.kill('SIGKILL');
    },
  );
});
