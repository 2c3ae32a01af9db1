import { parseArgs } from 'node:util';

export interface Options {
  cases: number;
  seed: number;
  /** Only this kind of case. */
  only: string | undefined;
  /** The path of one case, as a report gives it; goes with `only` and `seed`. */
  path: string | undefined;
  /** Milliseconds that an answer, an evaluation or a run of a flow may take. */
  limit: number;
  /** Requests at a time, for each program. */
  lanes: number;
  /** Programs side by side, each with cases of its own: one keeps one core busy. */
  programs: number;
}

export const USAGE = `pnpm fuzz [--cases N] [--seed S] [--limit MS] [--lanes N] [--programs N] [--only KIND [--path PATH]]
  --cases  how many cases (1,000,000)
  --seed   a whole number: the same one makes the same cases (a random one, which is printed)
  --limit  milliseconds that an answer may take (1,000)
  --lanes  requests at a time (16)
  --programs  so many programs are tried side by side, each of which keeps one core busy (1)
  --only   one kind of case: visit, body, wire, management, flow, condition or template
  --path   with --only and --seed: one case, as a failure printed it`;

/** Reads the command line; throws with a sentence about what is wrong in it. */
export function readOptions(args: string[]): Options {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args,
    options: { cases: text, seed: text, limit: text, lanes: text, programs: text, only: text, path: text },
  });
  return {
    cases: values.path === undefined ? whole('cases', values.cases, 1_000_000) : 1,
    seed: values.seed === undefined ? Math.floor(Math.random() * 0x7fffffff) : whole('seed', values.seed, 0),
    limit: whole('limit', values.limit, 1_000),
    lanes: whole('lanes', values.lanes, 16),
    programs: values.path === undefined ? Math.max(1, whole('programs', values.programs, 1)) : 1,
    only: values.only,
    path: values.path,
  };
}

function whole(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const value = Number(text.replaceAll(/[_,]/g, ''));
  if (!Number.isSafeInteger(value)) throw new Error(`--${name} takes a whole number, and ${text} is none.`);
  return value;
}
