import { changePartitions, chooseBackends, readSettings } from '@tributary/engine';
import { CliError } from '../errors.js';
import { say } from '../print.js';
import { describeBackends, openBackends } from './backends.js';
import { createLog } from './log.js';

/** Says how many partitions the deployment has, or gives it another number while all of its processes are stopped. */
export async function partitions(number: string | undefined): Promise<void> {
  const wanted = number === undefined ? undefined : Number(number);
  if (number !== undefined && !/^\d+$/.test(number)) throw new CliError(`"${number}" is not a number of partitions.`);
  // What the processes are to be started with may be the old or the new number.
  const settings = readSettings({ ...process.env, TRIBUTARY_PARTITIONS: undefined });
  const log = createLog(settings);
  say(`${describeBackends(settings, chooseBackends(settings, false))}.`);
  const use = { severalProcesses: false, isProcess: false };
  const { queue, store, release } = await openBackends(settings, use, log);
  try {
    if (wanted === undefined) say(`Partitions: ${queue.partitions}`);
    else if (wanted === queue.partitions) say(`Partitions: ${wanted}, as before`);
    else {
      await changePartitions({ queue, store }, wanted);
      say(
        `Partitions: ${wanted}, ${queue.partitions} before. TRIBUTARY_PARTITIONS must be ${wanted} or unset from now on.`,
      );
    }
  } finally {
    await queue.close();
    await store.close();
    await release();
  }
}
