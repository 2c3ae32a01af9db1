import type { Rows } from '../deployment/at-rest.js';
import type { Spread } from '../machine/numbers.js';
import type { Servers } from '../servers/backends.js';

/** How much is measured. */
export interface Scale {
  /** Seconds of one round. */
  seconds: number;
  rounds: number;
  /** Worker processes of a deployment, and of the program that is its ceiling. */
  workers: number;
  /** Profiles of the large store. */
  profiles: number;
  /** Events of the long timeline. */
  timeline: number;
  memoryMinutes: number;
}

export interface Context {
  servers: Servers;
  scale: Scale;
  /** Folder for CPU profiles, when they are wanted. */
  profiles: string | undefined;
  /** Lines of this run, for figures that need an earlier one. */
  lines: Line[];
  say(text: string): void;
}

/** A number that was measured, and what it was held against. */
export interface Line {
  figure: string;
  variant: string;
  unit: string;
  /** What the ceiling is; without one, the aim is a plain number. */
  ceiling?: { what: string } & Spread;
  ours: Spread;
  /** Ours to the ceiling; for costs, to the first of them. */
  ratio?: number;
  aim: string;
  held: boolean;
  /** One-minute load of the machine before this line was measured. */
  load: number;
  notes: string[];
  /** Rows that both programs left, where they write. */
  work?: { ours: Rows; ceiling: Rows };
}

export interface Figure {
  name: string;
  title: string;
  run(context: Context): Promise<Line[]>;
}
