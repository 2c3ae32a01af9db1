import fc from 'fast-check';

/** So many cases of one kind, in a row. */
export interface Task {
  kind: string;
  seed: number;
  runs: number;
  limit: number;
  path?: string | undefined;
}

export interface Outcome {
  kind: string;
  cases: number;
  failure?: Failure;
}

/** What a person needs to see a failure again. */
export interface Failure {
  kind: string;
  seed?: number;
  path?: string;
  error: string;
  /** The smallest case that fails. */
  example?: string;
  shrunk?: number;
  /** The end of what the program wrote. */
  said?: string;
}

const LONGEST = 6_000;

/** What is read of fast-check's report. */
interface Details {
  numRuns: number;
  failed: boolean;
  seed: number;
  counterexample: [unknown] | null;
  counterexamplePath: string | null;
  errorInstance: unknown;
  numShrinks: number;
}

/** What became of a row of cases. */
export function outcomeOf(kind: string, details: Details): Outcome {
  const cases = details.numRuns;
  if (!details.failed || details.counterexample === null) return { kind, cases };
  const error = details.errorInstance;
  return {
    kind,
    cases,
    failure: {
      kind,
      seed: details.seed,
      path: details.counterexamplePath ?? '',
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      example: shown(details.counterexample[0]),
      shrunk: details.numShrinks,
    },
  };
}

/** The case in a form that can be read; one that is nested too deep for that is made again by its seed and path. */
function shown(example: unknown): string {
  try {
    return fc.stringify(example).slice(0, LONGEST);
  } catch (error) {
    if (error instanceof RangeError) return 'It is nested too deep to be written down.';
    throw error;
  }
}
