import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Context, Line } from './figures/figure.js';
import { FIGURES } from './figures/index.js';
import { BUSY, load, machine } from './machine/load.js';
import { HELP, type Options, readOptions } from './options.js';
import { drawPicture } from './profile/picture.js';
import { writeDocument } from './report/document.js';
import type { Report } from './report/json.js';
import { cells, markdown } from './report/table.js';
import { Servers } from './servers/backends.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const say = (text: string) => console.log(text);

// Whoever listens to the exit ends what it started: no server and no program outlives the bench.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));

async function bench(options: Options): Promise<void> {
  const unknown = options.figures.filter((name) => !FIGURES.some((figure) => figure.name === name));
  if (unknown.length > 0) {
    throw new Error(
      `There is no figure ${unknown.join(', ')}. There are: ${FIGURES.map(({ name }) => name).join(', ')}.`,
    );
  }
  const chosen = FIGURES.filter(({ name }) => options.figures.length === 0 || options.figures.includes(name));
  const profiles = options.profiles === undefined ? undefined : resolve(root, options.profiles);
  if (profiles !== undefined) mkdirSync(profiles, { recursive: true });
  const servers = new Servers();
  const lines: Line[] = [];
  const context: Context = { servers, scale: options.scale, profiles, lines, say };
  say(machine());
  try {
    for (const figure of chosen) {
      const before = load();
      say(`\n${figure.title} (load ${before.toFixed(2)}${before > BUSY ? ', others use the processors too' : ''})`);
      const found = await figure.run(context);
      for (const line of found) say([cells(line).join(' | '), ...line.notes].join('\n    '));
      lines.push(...found);
    }
  } finally {
    await servers.stop();
  }
  say(`\n${markdown(lines)}`);
  const report: Report = {
    v: 1,
    at: new Date().toISOString(),
    machine: machine(),
    commit: commit(),
    scale: options.scale,
    lines,
  };
  if (options.json !== undefined) writeFileSync(resolve(root, options.json), `${JSON.stringify(report, null, 2)}\n`);
  if (options.document !== undefined) writeDocument(join(root, options.document), report);
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options.help) say(`${HELP}\nFigures: ${FIGURES.map(({ name }) => name).join(', ')}`);
  else if (options.picture !== undefined) {
    drawPicture(resolve(root, options.picture), join(root, 'docs/images/performance.svg'), say);
  } else await bench(options);
  process.exit(0);
} catch (error) {
  console.error(error);
  process.exit(1);
}
