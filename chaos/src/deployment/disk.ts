import { spawnSync } from 'node:child_process';
import { mkdirSync, statfsSync } from 'node:fs';

const ROOM = 8 * 1024 ** 3;
/** What is left when the disk is "full": the next page or two, and then nothing. */
const LEFT = 64 * 1024;

/** A disk of its own for a data folder, in memory, which can be made full. */
export class Disk {
  private constructor(readonly folder: string) {}

  /** Undefined where this user may not mount. */
  static mount(folder: string): Disk | undefined {
    mkdirSync(folder, { recursive: true });
    const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${ROOM}`, 'tmpfs', folder], { stdio: 'ignore' });
    if (status !== 0) return undefined;
    const disk = new Disk(folder);
    process.once('exit', () => disk.unmount());
    return disk;
  }

  /** From now on nothing more can be written. */
  fill(): void {
    const { blocks, bfree, bsize } = statfsSync(this.folder);
    this.#resize((blocks - bfree) * bsize + LEFT);
  }

  /** There is space again. */
  free(): void {
    this.#resize(ROOM);
  }

  unmount(): void {
    spawnSync('umount', ['-l', this.folder], { stdio: 'ignore' });
  }

  #resize(bytes: number): void {
    const { status, stderr } = spawnSync('mount', ['-o', `remount,size=${bytes}`, this.folder], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`The disk of the run could not be changed: ${stderr}`);
  }
}
