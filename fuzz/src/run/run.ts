import { createExpressionThread } from './expressions.js';
import type { Options } from './options.js';
import type { Failure } from './outcome.js';
import { count, duration, startProgress } from './progress.js';
import { type Round, type Running, runRound, type Shared } from './round.js';

/** Cases for one program; then a new one begins, on an empty folder. */
const ROUND = 200_000;
/** Of a hundred cases, so many are conditions and templates, which need no program. */
const EXPRESSIONS = 20;
const EXPRESSION_KINDS = ['condition', 'template'];

/** Runs the cases that are asked for; returns whether everything held. */
export async function run(options: Options): Promise<boolean> {
  const begun = Date.now();
  const random = generator(options.seed);
  const state = { http: 0, expressions: 0, round: undefined as Round | undefined };
  const failures: Failure[] = [];
  const shared: Shared = { running: new Set(), stop: false };
  const alone = options.only !== undefined;
  const inThread = alone && EXPRESSION_KINDS.includes(options.only as string);
  const share = alone ? (inThread ? 1 : 0) : EXPRESSIONS / 100;
  const wanted = { expressions: Math.round(options.cases * share), http: 0 };
  wanted.http = options.cases - wanted.expressions;
  const done = () => state.http + state.expressions;
  say(`Seed ${options.seed}, ${count(options.cases)} cases, ${options.lanes} at a time, limit ${options.limit} ms.`);
  const parts = () => (['http', 'expressions'] as const).map((part) => ({ wanted: wanted[part], done: state[part] }));
  const stopProgress = startProgress(parts, () => oldest(shared.running));

  const thread = createExpressionThread();
  const expressions = async () => {
    const seeds = generator(options.seed ^ 0x5eed);
    while (state.expressions < wanted.expressions && failures.length === 0) {
      const kind = options.only ?? (EXPRESSION_KINDS[state.expressions % 2] as string);
      const runs = Math.min(options.path ? 1 : 201, wanted.expressions - state.expressions);
      const seed = alone && options.path !== undefined ? options.seed : whole(seeds());
      const outcome = await thread.run({ kind, seed, runs, limit: options.limit, path: options.path });
      state.expressions += runs;
      if (outcome.failure) failures.push(outcome.failure);
      if (options.path) break;
    }
  };

  let given = 0;
  const rounds = async () => {
    while (given < wanted.http && failures.length === 0) {
      let left = Math.min(wanted.http - given, ROUND, Math.ceil(wanted.http / options.programs));
      given += left;
      const round = await runRound(
        options,
        shared,
        ({ chunk }) => {
          if (failures.length > 0 || left === 0) return undefined;
          const runs = Math.min(chunk, left);
          left -= runs;
          state.http += runs;
          return { seed: options.path ? options.seed : whole(random()), runs };
        },
        random,
      );
      failures.push(...round.failures);
      tell(round);
    }
  };

  const programs = Array.from({ length: options.programs }, rounds);
  await Promise.all([expressions(), ...programs]).finally(() => {
    stopProgress();
    void thread.close();
  });
  for (const failure of failures) report(failure);
  const took = duration((Date.now() - begun) / 1_000);
  say(
    failures.length === 0
      ? `Held: ${count(done())} cases in ${took}, seed ${options.seed}.`
      : `Failed after ${count(done())} cases in ${took}, seed ${options.seed}.`,
  );
  return failures.length === 0;
}

/** Names the case that takes longest, when one takes long. */
function oldest(running: ReadonlySet<Running>): string {
  const [first] = running;
  const seconds = first === undefined ? 0 : (Date.now() - first.since) / 1_000;
  return first === undefined || seconds < 5 ? '' : `, ${running.size} open, a ${first.kind} for ${duration(seconds)}`;
}

function tell({ tally, memory, stoodStill, accounting }: Round): void {
  const answers = [...tally.answers].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, n]) => `${key}: ${count(n)}`);
  say(`Answers: ${answers.join(', ')}`);
  say(
    `Put off with 503: ${tally.putOff}. Slow once: ${tally.slowOnce}. Longest stand-still: ${Math.round(stoodStill)} ms.`,
  );
  say(`Memory: ${memory}.`);
  if (accounting)
    say(`Accounting: ${JSON.stringify(accounting)}, of which ${count(tally.accepted)} are known to the client.`);
}

function report({ kind, seed, path, error, example, shrunk, said }: Failure): void {
  say(`\nFAILED: ${kind}\n${error}`);
  if (example !== undefined) say(`The smallest case (made smaller ${shrunk ?? 0} times):\n${example}`);
  if (path !== undefined) say(`Again: pnpm fuzz --only ${kind} --seed ${seed} --path ${path}`);
  if (said) say(`The program said:\n${said}`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** mulberry32: numbers from 0 to 1 that a seed decides. */
function generator(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const whole = (fraction: number) => Math.floor(fraction * 0x7fffffff);
