import type { Event } from '@tributary/sdk';
import { partitionOf } from '../events/partition.js';
import type { FlowRunResult } from '../flows/index.js';
import type { Run } from '../flows/run.js';

/** Of runs without an effect, a wait or an error, one in so many is stored. */
const SAMPLE = 100;

/** Chosen by the event, so that a repeat of the batch stores the same runs. */
export function isSample(event: Event): boolean {
  return partitionOf(event.id, SAMPLE) === 0;
}

export function storedRun(
  profile: string,
  event: Event,
  result: Pick<FlowRunResult, 'run' | 'flow' | 'version' | 'steps'> & { status: Run['status'] },
  now: string,
): Run {
  return {
    v: 1,
    id: result.run,
    flow: result.flow,
    version: result.version,
    source: event.source,
    profile,
    event: {
      id: event.id,
      messageId: event.messageId,
      type: event.type,
      ...(event.name !== undefined && { name: event.name }),
    },
    status: result.status,
    steps: result.steps,
    startedAt: event.receivedAt,
    updatedAt: now,
  };
}
