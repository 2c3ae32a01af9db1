import type { Deployment } from '../deployment/deployment.js';
import type { Eye } from '../deployment/eye.js';
import type { Receiver } from '../deployment/receiver.js';
import type { Servers } from '../deployment/servers.js';
import type { Promised } from '../oracle/observed.js';
import type { Random } from '../workload/random.js';

/** What faults are done to. */
export interface World {
  servers: Servers;
  deployment: Deployment;
  receiver: Receiver;
  /** Another destination, to which nothing is done. */
  other: Receiver;
  /** The suite's own look at queue and store; of the embedded ones only the program itself has one while it runs. */
  eye?: Eye;
  random: Random;
  /** Whether nobody has died at this crash point yet. */
  missed(point: string): boolean;
  /** Something that is not right, though the data may be. */
  complain(promise: Promised, what: string): void;
}

/** Something that goes wrong for a while. When it is over, everything is as it was before. */
export interface Fault {
  /** In a few words, for the report. */
  title: string;
  /** Whether it can be done to this world. */
  fits(world: World): boolean;
  /** Before the events of its round are sent. */
  before?(world: World): Promise<void>;
  play(world: World): Promise<void>;
}
