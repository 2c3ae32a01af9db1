import { type Eye, openEye } from '../deployment/eye.js';
import { openByPartition, openWork, saidOpen, settled } from '../deployment/settled.js';
import type { World } from '../faults/world.js';
import { copiesOf, peopleOf } from '../oracle/identity.js';
import type { Observed } from '../oracle/observed.js';
import { read } from '../oracle/read.js';
import { isPoison, type Workload } from '../workload/types.js';

/** After the last fault; then hours are let pass. */
const PATIENCE_MS = 10_000;
const SETTLE_MS = 120_000;
/** More than the clock of a process was ever ahead. */
const HOURS = 6;
const MOST_HOURS = 24;
/** So long nothing moves before more hours pass. */
const STILL_MS = 20_000;

type Progress = (text: string) => void;

/** What a deployment made of the workload. */
export interface Left {
  observed: Observed;
  /** What was not done in the end; undefined when all was. */
  open: string | undefined;
  /** Hours that had to pass: a delivery that failed again and again, or that was put off by a clock that was ahead, has its time. */
  hours: number;
  /** Milliseconds from the last event sent to the last work done. */
  settleMs: number;
}

/** Waits until all is done, and reads it. */
export async function finish(world: World, workload: Workload, progress: Progress): Promise<Left> {
  const begun = Date.now();
  const { deployment, receiver, other } = world;
  await deployment.ready();
  const { eye, quiet, hours } = await (world.servers.store === 'embedded' ? whenStopped : whileItRuns)(world, progress);
  const settleMs = Date.now() - begun;
  try {
    progress('reading what it made of it');
    return {
      observed: await read(eye, [...receiver.hooks, ...other.hooks], identifiersOf(workload)),
      open: quiet ? undefined : await openByPartition(eye),
      hours,
      settleMs,
    };
  } finally {
    if (eye !== world.eye) await eye.close();
  }
}

interface Ended extends Pick<Left, 'hours'> {
  eye: Eye;
  quiet: boolean;
}

async function inTheEnd({ deployment }: World, open: () => Promise<string | undefined>, progress: Progress) {
  if (await settled(PATIENCE_MS, open, progress)) return { quiet: true, hours: 0 };
  progress(`hours are let pass; open is ${await open()}`);
  for (let hours = HOURS; ; hours += HOURS) {
    const ahead = hours * 3_600_000;
    deployment.control.setClock({ api: ahead, worker: ahead, scheduler: ahead, start: ahead });
    // What fails again now may wait for some minutes more: they pass as well.
    const isLast = hours >= MOST_HOURS;
    const quiet = await settled(isLast ? SETTLE_MS : STILL_MS, open, progress, true);
    if (quiet || isLast) return { quiet, hours };
  }
}

async function whileItRuns(world: World, progress: Progress): Promise<Ended> {
  const eye = world.eye ?? (await openEye(world.servers));
  return { eye, ...(await inTheEnd(world, () => openWork(eye), progress)) };
}

/** One process holds the embedded store: it has to end before anybody else looks. */
async function whenStopped(world: World, progress: Progress): Promise<Ended> {
  const { servers, deployment } = world;
  for (let tries = 1; ; tries++) {
    const { quiet, hours } = await inTheEnd(world, () => saidOpen(deployment.manage), progress);
    for (const place of deployment.places) await place.stop();
    const eye = await openEye(servers);
    const idle = (await openWork(eye)) === undefined;
    if (!quiet || idle || tries >= 3) return { eye, quiet: quiet && idle, hours };
    await eye.close();
    for (const place of deployment.places) place.resume();
    await deployment.ready();
  }
}

function identifiersOf(workload: Workload): string[] {
  const good = [...copiesOf(workload.sent).values()].flatMap(([first]) =>
    first && !first.bad && !isPoison(first.call) ? [first] : [],
  );
  const people = peopleOf(good);
  return [...people.ownerOf.keys(), ...people.claimants.keys()];
}
