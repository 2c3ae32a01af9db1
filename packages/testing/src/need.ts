import { spawnSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { chromiumPath, onPath, postgresBin } from './find.js';
import { jarsAreHere } from './mongo-java-server.js';

/** What a group of tests can need from the machine. */
export type ServerName = 'redis' | 'postgres' | 'mongo' | 'chromium' | 'git';

const CHECKS: Record<ServerName, { isHere(): boolean; what: string }> = {
  redis: { isHere: () => onPath('redis-server') !== undefined, what: 'redis-server' },
  postgres: { isHere: () => postgresBin() !== undefined, what: 'PostgreSQL (package postgresql)' },
  mongo: { isHere: mongoIsHere, what: 'MONGODB_URL, or mongod, or Java 17 and Maven' },
  chromium: { isHere: () => chromiumPath() !== undefined, what: 'Chromium (package chromium)' },
  git: { isHere: () => onPath('git') !== undefined, what: 'git' },
};

/** The answer of `need`. */
export interface Needed {
  /** Whether everything is there; `describe.skipIf(!servers.ok)`. */
  ok: boolean;
  missing: ServerName[];
}

/** Which servers this machine can start. */
export async function available(): Promise<Record<ServerName, boolean>> {
  const entries = Object.entries(CHECKS).map(([name, { isHere }]) => [name, isHere()]);
  return Object.fromEntries(entries) as Record<ServerName, boolean>;
}

/**
 * Asks for servers at the head of a test file or group. Where one is missing, the group is left out and the file
 * named by `TRIBUTARY_SKIPS` gets a line that says so; with `CI` or `TRIBUTARY_REQUIRE_SERVERS` set, it is an error.
 *
 * @example
 * const servers = need('redis', 'postgres');
 * describe.skipIf(!servers.ok)('the kill test', () => {});
 */
export function need(...names: ServerName[]): Needed {
  const missing = names.filter((name) => !CHECKS[name].isHere());
  if (missing.length === 0) return { ok: true, missing };
  const needs = missing.map((name) => CHECKS[name].what);
  if (isSet('CI') || isSet('TRIBUTARY_REQUIRE_SERVERS')) {
    throw new Error(`These tests must run here, and the machine lacks ${needs.join('; ')}. Install it.`);
  }
  const list = process.env.TRIBUTARY_SKIPS;
  if (list) appendFileSync(list, `${JSON.stringify({ file: callingTest(), needs })}\n`);
  return { ok: false, missing };
}

function isSet(name: string): boolean {
  const value = process.env[name];
  return value !== undefined && !['', '0', 'false'].includes(value);
}

/** The test file that asks, read from the stack, so that no test has to name itself. */
function callingTest(): string {
  return /(?:file:\/\/)?(\/[^\s()]+\.test\.ts)/.exec(new Error().stack ?? '')?.[1] ?? '';
}

function mongoIsHere(): boolean {
  if (process.env.MONGODB_URL || onPath('mongod')) return true;
  const java = onPath('java');
  if (!java || !(jarsAreHere() || onPath('mvn'))) return false;
  const version = /version "(\d+)/.exec(spawnSync(java, ['-version'], { encoding: 'utf8' }).stderr);
  return Number(version?.[1]) >= 17;
}
