import type { Line, Scale } from '../figures/figure.js';

/** A run as it is written to a file. */
export interface Report {
  v: 1;
  at: string;
  machine: string;
  commit: string;
  scale: Scale;
  lines: Line[];
}
