import type { Deployment } from '../deployment/deployment.js';
import type { Receiver } from '../deployment/receiver.js';
import type { Servers } from '../deployment/servers.js';
import type { Random } from '../workload/random.js';

/** What faults are done to. */
export interface World {
  servers: Servers;
  deployment: Deployment;
  receiver: Receiver;
  random: Random;
  /** Whether nobody has died at this crash point yet. */
  missed(point: string): boolean;
}

/** Something that goes wrong for a while. When it is over, everything is as it was before. */
export interface Fault {
  /** In a few words, for the report. */
  title: string;
  /** Whether it can be done to this world. */
  fits(world: World): boolean;
  play(world: World): Promise<void>;
}
