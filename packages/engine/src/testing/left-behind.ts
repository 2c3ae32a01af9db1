import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as (options?: { type: 'minor' }) => void;

const oldBytes = () => {
  const old = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'old_space');
  return old?.space_used_size ?? 0;
};

/**
 * Bytes for each time that `work` was done which are garbage and stay until the next full garbage collection, because
 * something dead among V8's old objects points to them.
 */
export async function leftBehind(times: number, work: () => unknown): Promise<number> {
  const some = async (n: number) => {
    for (let i = 0; i < n; i++) {
      await work();
      if (i % 10 === 9) collect({ type: 'minor' });
    }
  };
  // Compiled, and its caches filled.
  await some(times);
  collect();
  const before = oldBytes();
  await some(times);
  return (oldBytes() - before) / times;
}
