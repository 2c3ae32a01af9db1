import fc from 'fast-check';
import type { Known } from '../arbitraries/routes.js';
import { type Accounting, checkAccounting } from '../checks/accounting.js';
import { createClient } from '../http/client.js';
import { bodies } from '../properties/body.js';
import { flows } from '../properties/flow.js';
import type { Kind } from '../properties/kind.js';
import { management } from '../properties/management.js';
import { visits } from '../properties/visit.js';
import { wires } from '../properties/wire.js';
import { type Program, startProgram, WRITE_KEY } from '../server/program.js';
import { Gate } from './gate.js';
import { Memory } from './memory.js';
import type { Options } from './options.js';
import { type Failure, outcomeOf } from './outcome.js';
import { Quarantine } from './quarantine.js';
import { Usual } from './usual.js';
import { waited } from './waited.js';
import { patiently, Tally, type World } from './world.js';

/** How often the program is looked at from inside. */
const LOOK = 10_000;

export interface Round {
  failures: Failure[];
  tally: Tally;
  memory: Memory;
  stoodStill: number;
  accounting: Accounting | undefined;
}

/** Sends cases to one program until `next` gives no more seeds, then looks at what it has become. */
export async function runRound(
  options: Options,
  shared: Shared,
  next: (kind: Kind) => Task | undefined,
  pick: () => number,
) {
  const program = await startProgram();
  const world = await makeWorld(program, options);
  const kinds = [visits, bodies, wires, management(await routesOf(world)), flows].filter(
    ({ name }) => options.only === undefined || options.only === name,
  );
  const round: Round = { failures: [], tally: world.tally, memory: new Memory(), stoodStill: 0, accounting: undefined };
  // What stood still while it started is no concern of ours.
  const { pid } = await program.read();
  world.waited = () => waited(pid) + waited('self');
  const state = { cases: 0 };
  const look = async () => {
    const said = await lookInside(program, round, state.cases).catch((error: unknown) => String(error));
    if (said !== undefined && !shared.stop) {
      shared.stop = true;
      round.failures.push({ kind: 'program', error: said });
    }
  };
  const looking = setInterval(() => void look(), LOOK);
  const lanes = Array.from({ length: options.lanes }, async () => {
    while (!shared.stop) {
      const kind = choose(kinds, pick());
      const task = next(kind);
      if (task === undefined) return;
      const details = await fc.check(
        fc.asyncProperty(kind.cases, async (one) => {
          if (shared.stop && !task.mine) return;
          state.cases++;
          const open = { kind: kind.name, since: Date.now() };
          shared.running.add(open);
          try {
            await world.gate.run(() => patiently(world, () => kind.check(world, one)));
          } catch (error) {
            // The others stop: what fails is made smaller in quiet.
            if (!shared.stop) task.mine = true;
            shared.stop = true;
            if (task.mine) throw error;
          } finally {
            shared.running.delete(open);
          }
        }),
        {
          seed: task.seed,
          numRuns: task.runs,
          ...(options.path && { path: options.path }),
          interruptAfterTimeLimit: 180_000,
        },
      );
      const { failure } = outcomeOf(kind.name, details);
      if (failure) round.failures.push(failure);
    }
  });
  await Promise.all(lanes);
  clearInterval(looking);
  await look();
  if (round.failures.length === 0) await settle(world, round);
  if (round.failures.length > 0) for (const failure of round.failures) failure.said = program.said().slice(-3_000);
  world.client.close();
  await program.stop();
  return round;
}

/** What the programs that run side by side share. */
export interface Shared {
  running: Set<Running>;
  /** Something has failed: no more cases are begun, and it is made smaller in quiet. */
  stop: boolean;
}

/** A case that is being worked out. */
export interface Running {
  kind: string;
  since: number;
}

/** A seed and how many cases to make of it. */
export interface Task {
  seed: number;
  runs: number;
  /** The one whose failure is being made smaller. */
  mine?: boolean;
}

function choose(kinds: readonly Kind[], at: number): Kind {
  const total = kinds.reduce((sum, { share }) => sum + share, 0);
  let left = at * total;
  for (const kind of kinds) {
    left -= kind.share;
    if (left < 0) return kind;
  }
  return kinds[0] as Kind;
}

async function makeWorld(program: Program, { limit }: Options): Promise<World> {
  const client = createClient(program.port, Math.max(30_000, limit * 10));
  await client.change('POST', '/api/sources', { id: 'fuzz', name: 'Fuzz', writeKey: WRITE_KEY });
  let n = 0;
  const known = ['f0', 's0', 's1', 'fz1', 'fz2'];
  const stem = Date.now().toString(36);
  return {
    client,
    port: program.port,
    limit,
    patience: Math.max(30_000, limit * 10),
    quarantine: new Quarantine(client),
    usual: new Usual(),
    gate: new Gate(),
    waited: () => 0,
    tally: new Tally(),
    unique: () => `u${stem}x${++n}`,
    flowIds: Array.from({ length: 64 }, (_, i) => `fz${i}`),
    known,
  };
}

async function routesOf({ client }: World): Promise<Known[]> {
  const document = await client.read<{ paths: { [path: string]: object } }>('/api/openapi.json');
  return Object.entries(document?.paths ?? {}).flatMap(([route, methods]) =>
    Object.keys(methods).map((method) => ({ method: method.toUpperCase(), route })),
  );
}

/** What is wrong with the program itself, if anything. */
async function lookInside(program: Program, round: Round, cases: number): Promise<string | undefined> {
  const broken = program.broken();
  if (broken !== undefined) return broken;
  const reading = await program.read();
  round.memory.add(reading, cases);
  round.stoodStill = Math.max(round.stoodStill, reading.stoodStill);
  if (reading.polluted.length > 0) return `Built-in prototypes were changed: ${reading.polluted.join(', ')}`;
  return round.memory.grown();
}

async function settle(world: World, round: Round): Promise<void> {
  try {
    round.accounting = await checkAccounting(world.client, world.tally, 60_000);
  } catch (error) {
    round.failures.push({ kind: 'accounting', error: error instanceof Error ? error.message : String(error) });
  }
}
