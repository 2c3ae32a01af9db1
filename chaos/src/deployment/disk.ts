import { spawnSync } from 'node:child_process';
import { mkdirSync, statfsSync } from 'node:fs';
import { atTheLatest } from './exit.js';

const ROOM = 8 * 1024 ** 3;
/** What is left when the disk is "full": the next page or two, and then nothing. */
const LEFT = 64 * 1024;

/** A disk of its own for a data folder, in memory, which can be made full. */
export class Disk {
  /** Takes it away. */
  readonly unmount: () => void;

  private constructor(readonly folder: string) {
    this.unmount = atTheLatest(() => void spawnSync('umount', ['-l', folder], { stdio: 'ignore' }));
  }

  /** Undefined where this user may not mount. */
  static mount(folder: string): Disk | undefined {
    mkdirSync(folder, { recursive: true });
    const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${ROOM}`, 'tmpfs', folder], { stdio: 'ignore' });
    if (status !== 0) return undefined;
    return new Disk(folder);
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

  #resize(bytes: number): void {
    const { status, stderr } = spawnSync('mount', ['-o', `remount,size=${bytes}`, this.folder], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`The disk of the run could not be changed: ${stderr}`);
  }
}
