import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The folder of the workspace. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

/** A failure that is told in a sentence, without a stack. */
export class Refusal extends Error {}

/**
 * Runs one step quietly: a line at its start, one every 15 s, one at its end. When it fails, the tail of what it said
 * and `advice` are the error.
 */
export async function step(title, command, args, advice) {
  const began = Date.now();
  console.log(`${title} ...`);
  const beat = setInterval(() => console.log(`  still at it, ${seconds(began)}`), 15_000);
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let stopped;
  const forward = (signal) => {
    stopped = signal;
    child.kill(signal);
  };
  const signals = ['SIGINT', 'SIGTERM'];
  for (const signal of signals) process.on(signal, forward);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      said = (said + chunk).slice(-20_000);
    });
  }
  const [code] = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (...end) => resolve(end));
  }).finally(() => {
    clearInterval(beat);
    for (const name of signals) process.off(name, forward);
  });
  if (stopped) throw new Refusal(`${title}: stopped by ${stopped}.`);
  if (code !== 0) {
    const tail = said.trim().split('\n').slice(-40).join('\n');
    throw new Refusal(`${tail}\n\n${title}: failed after ${seconds(began)}. ${advice}`);
  }
  console.log(`  done in ${seconds(began)}`);
}

/** Runs the main function of a script; a refusal is printed as it is, with exit code 1. */
export async function main(work) {
  try {
    await work();
  } catch (error) {
    console.error(error instanceof Refusal ? error.message : error);
    process.exitCode = 1;
  }
}
