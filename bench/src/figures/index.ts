import { collect } from './collect.js';
import { cost } from './cost.js';
import { deliveries } from './deliveries.js';
import { endToEndFigures } from './end-to-end.js';
import type { Figure } from './figure.js';
import { latency } from './latency.js';
import { memory } from './memory.js';
import { profileRead } from './profile-read.js';
import { start } from './start.js';

/** Every figure, in the order of the table. */
export const FIGURES: readonly Figure[] = [
  collect,
  ...endToEndFigures,
  deliveries,
  latency,
  profileRead,
  cost,
  memory,
  start,
];
