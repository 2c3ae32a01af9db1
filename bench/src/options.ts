import { parseArgs } from 'node:util';
import type { Scale } from './figures/figure.js';

export interface Options {
  figures: string[];
  scale: Scale;
  json: string | undefined;
  document: string | undefined;
  profiles: string | undefined;
  picture: string | undefined;
  help: boolean;
}

export const HELP = `pnpm bench [figure...] [options]

  --seconds N         seconds of one round (5)
  --rounds N          rounds of each figure (3)
  --workers N         worker processes of end-to-end-* and of its ceiling, but on MongoDB (2)
  --profiles N        profiles of the large store (100000)
  --timeline N        events of the long timeline (20000)
  --full              1,000,000 profiles, 100,000 events in a timeline, 10 minutes of memory
  --memory-minutes N  how long the memory is watched (1)
  --json FILE         writes the run to a file
  --document          puts the table into docs/performance.md
  --cpu-prof FOLDER   keeps CPU profiles of api and worker (end-to-end-* and deliveries)
  --picture FOLDER    makes docs/images/performance.svg of the CPU profiles in a folder (one for each program), and measures nothing
`;

/** Reads the command line. */
export function readOptions(args: string[]): Options {
  const { values, positionals } = parseArgs({
    args: args.filter((arg) => arg !== '--'),
    allowPositionals: true,
    options: {
      seconds: { type: 'string', default: '5' },
      rounds: { type: 'string', default: '3' },
      workers: { type: 'string', default: '2' },
      profiles: { type: 'string' },
      timeline: { type: 'string' },
      'memory-minutes': { type: 'string' },
      full: { type: 'boolean', default: false },
      json: { type: 'string' },
      document: { type: 'boolean', default: false },
      'cpu-prof': { type: 'string' },
      picture: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  return {
    figures: positionals,
    scale: {
      seconds: positive('seconds', values.seconds),
      rounds: positive('rounds', values.rounds),
      workers: positive('workers', values.workers),
      profiles: positive('profiles', values.profiles ?? (values.full ? '1000000' : '100000')),
      timeline: positive('timeline', values.timeline ?? (values.full ? '100000' : '20000')),
      memoryMinutes: positive('memory-minutes', values['memory-minutes'] ?? (values.full ? '10' : '1')),
    },
    json: values.json,
    document: values.document ? 'docs/performance.md' : undefined,
    profiles: values['cpu-prof'],
    picture: values.picture,
    help: values.help,
  };
}

function positive(name: string, text: string): number {
  const n = Number(text);
  if (!(n > 0)) throw new Error(`--${name} must be a number above 0, and is "${text}".`);
  return n;
}
