import { type Eye, openEye } from '../deployment/eye.js';
import { isIdle, saysIdle, settled } from '../deployment/settled.js';
import type { World } from '../faults/world.js';
import { copiesOf, peopleOf } from '../oracle/identity.js';
import type { Observed } from '../oracle/observed.js';
import { read } from '../oracle/read.js';
import type { Workload } from '../workload/types.js';

/** After the last fault: deliveries that failed several times wait for minutes. */
const SETTLE_MS = 600_000;

/** What a deployment made of the workload. */
export interface Left {
  observed: Observed;
  /** Whether all work was done in the end. */
  quiet: boolean;
  /** Milliseconds from the last event sent to the last work done. */
  settleMs: number;
}

/** Waits until all is done, and reads it. */
export async function finish(world: World, workload: Workload, progress: (text: string) => void): Promise<Left> {
  const begun = Date.now();
  const { deployment, receiver } = world;
  await deployment.ready();
  const { eye, quiet } = await (world.servers.store === 'embedded' ? whenStopped(world) : whileItRuns(world));
  const settleMs = Date.now() - begun;
  try {
    progress('reading what it made of it');
    return { observed: await read(eye, receiver.hooks, identifiersOf(workload)), quiet, settleMs };
  } finally {
    await eye.close();
  }
}

async function whileItRuns({ servers }: World): Promise<{ eye: Eye; quiet: boolean }> {
  const eye = await openEye(servers);
  return { eye, quiet: await settled(SETTLE_MS, () => isIdle(eye)) };
}

/** One process holds the embedded store: it has to end before anybody else looks. */
async function whenStopped({ servers, deployment }: World): Promise<{ eye: Eye; quiet: boolean }> {
  for (let tries = 1; ; tries++) {
    const quiet = await settled(SETTLE_MS, () => saysIdle(deployment.manage));
    for (const place of deployment.places) await place.stop();
    const eye = await openEye(servers);
    if (!quiet || (await isIdle(eye)) || tries >= 3) return { eye, quiet: quiet && (await isIdle(eye)) };
    await eye.close();
    for (const place of deployment.places) place.resume();
    await deployment.ready();
  }
}

function identifiersOf(workload: Workload): string[] {
  const good = [...copiesOf(workload.sent).values()].flatMap(([first]) => (first && !first.bad ? [first] : []));
  const people = peopleOf(good);
  return [...people.ownerOf.keys(), ...people.claimants.keys()];
}
