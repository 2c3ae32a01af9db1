import { statfs } from 'node:fs/promises';
import { complain } from '../print.js';

const EVERY_MS = 2_000;
/** Less than this is full: the next batch may not fit. */
const LEFT = 1024 * 1024;

/** Says it when the disk of a folder is full, and when there is space again. Gives how to end that. */
export function watchDisk(
  folder: string,
  free: (folder: string) => Promise<number> = freeBytes,
  say: (sentence: string) => void = complain,
  every = EVERY_MS,
): () => void {
  let full = false;
  const look = async () => {
    const isFull = (await free(folder)) < LEFT;
    if (isFull === full) return;
    full = isFull;
    say(
      full
        ? `The disk of the database is full: make room where ${folder} is. Until then events are answered 503; what was accepted is kept.`
        : 'The disk of the database has room again.',
    );
  };
  const timer = setInterval(() => void look().catch(() => undefined), every);
  timer.unref();
  return () => clearInterval(timer);
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
