import { readOptions, USAGE } from './run/options.js';
import { run } from './run/run.js';

// An end by a signal is an end as well: the program that was started goes with it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));

try {
  const options = readOptions(process.argv.slice(2));
  process.exit((await run(options)) ? 0 : 1);
} catch (error) {
  const mistake = error instanceof Error && /^--|option|argument/.test(error.message);
  console.error(mistake ? `${error.message}\n\n${USAGE}` : error);
  process.exit(2);
}
