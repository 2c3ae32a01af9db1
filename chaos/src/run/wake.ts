import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openEye } from '../deployment/eye.js';
import type { World } from '../faults/world.js';
import { STOPPED } from '../preload/control.js';

const PATIENCE_MS = 60_000;
/** So long the one that wakes has to do what it had in mind. */
const AWAKE_MS = 2_000;

/** When all batches are done, without the process that was stopped, that one goes on as if no time had passed. */
export async function wakeStopped({ servers, deployment }: World): Promise<void> {
  const pid = await stopped(join(deployment.control.folder, STOPPED));
  const { queue, close } = await openEye(servers);
  try {
    const deadline = Date.now() + PATIENCE_MS;
    for (let idle = 0; idle < 3; await sleep(100)) {
      if (Date.now() > deadline) throw new Error('Without the process that was stopped, batches were not done.');
      const batches = await queue.waiting();
      idle = batches.length === 0 ? idle + 1 : 0;
    }
    process.kill(pid, 'SIGCONT');
    await sleep(AWAKE_MS);
  } finally {
    await close();
  }
}

/** Who is stopped. Everything may be sent before the workers have begun, and nobody stands still yet. */
async function stopped(file: string): Promise<number> {
  for (const deadline = Date.now() + PATIENCE_MS; ; await sleep(100)) {
    const pid = Number(await readFile(file, 'utf8').catch(() => ''));
    if (pid > 0) return pid;
    if (Date.now() > deadline) throw new Error('No process came to the point at which one was to be stopped.');
  }
}
