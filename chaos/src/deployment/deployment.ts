import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SOURCE } from '../oracle/effects.js';
import { ControlFile } from '../preload/control.js';
import { atTheLatest } from './exit.js';
import { flows } from './flows.js';
import { Management, TOKEN } from './manage.js';
import { Place, type Role } from './place.js';
import type { Servers } from './servers.js';

/** Short, so that what a dead worker held is soon taken by another. */
export const LOCK_MS = 1_500;
export const STALLED_MS = 500;
/** A process that is told to stop gives back what it has in work. */
const SHUTDOWN_MS = 300;
/** A process alone holds its locks for as long as it lives. */
const TIMES = {
  TRIBUTARY_LOCK_MS: String(LOCK_MS),
  TRIBUTARY_STALLED_MS: String(STALLED_MS),
  TRIBUTARY_SHUTDOWN_MS: String(SHUTDOWN_MS),
};
/** Characters of a process's last words. */
const WORDS = 1_000;
const POISON = fileURLToPath(new URL('../../dist/poison/plugin.js', import.meta.url));

/** The processes of a run: two apis, three workers and a scheduler, or one that is everything. */
export class Deployment {
  readonly places: Place[] = [];
  readonly control: ControlFile;
  readonly manage: Management;
  readonly #embedded: boolean;
  readonly #env: { [name: string]: string };
  readonly #folder = mkdtempSync(join(tmpdir(), 'tributary-chaos-'));
  readonly #clear = atTheLatest(() => rmSync(this.#folder, { recursive: true, force: true }));

  constructor(servers: Servers, more: { [name: string]: string } = {}) {
    this.control = new ControlFile(this.#folder);
    this.manage = new Management(() => this.apis.map(({ url }) => url));
    const env = {
      ...servers.env,
      TRIBUTARY_CHAOS: this.#folder,
      TRIBUTARY_ADMIN_TOKEN: TOKEN,
      TRIBUTARY_ALLOW_PRIVATE_DESTINATIONS: 'true',
      // What they live with tells why, if a promise is broken.
      TRIBUTARY_LOG_LEVEL: 'warn',
      ...(servers.store === 'embedded' ? { TRIBUTARY_SHUTDOWN_MS: '0' } : TIMES),
      TRIBUTARY_PLUGINS: POISON,
      ...more,
    };
    this.#env = env;
    this.#embedded = servers.store === 'embedded';
    this.#begin(this.#embedded ? ['start'] : ['api', 'api', 'scheduler']);
  }

  /** Those that take events. */
  get apis(): Place[] {
    return this.places.filter(({ role }) => role === 'api' || role === 'start');
  }

  get workers(): Place[] {
    return this.places.filter(({ role }) => role === 'worker' || role === 'start');
  }

  async ready(): Promise<void> {
    await Promise.all(this.places.map((place) => place.ready()));
  }

  /** The source and the flows of the workload. */
  async prepare(hookUrl: string, otherUrl: string): Promise<void> {
    await this.ready();
    await this.manage.ask('POST', '/api/sources', { id: SOURCE, name: 'The site', writeKey: SOURCE }, [409]);
    for (const flow of flows(hookUrl, otherUrl)) {
      await this.manage.ask('PUT', `/api/flows/${flow.id}`, flow);
      await this.manage.ask('POST', `/api/flows/${flow.id}/publish`);
    }
    // Only now: a worker that runs already learns of a flow within a second or so, and the first event may be quicker.
    if (!this.#embedded) this.#begin(['worker', 'worker', 'worker']);
    await this.ready();
  }

  get surprises(): string[] {
    return this.places.flatMap(({ surprises }) => surprises);
  }

  /** What each process said last. */
  get words(): string[] {
    return this.places.map(({ role, pid, heard }) => `${role} (${pid}): ${heard.trim().slice(-WORDS)}`);
  }

  async end(): Promise<void> {
    await Promise.all(this.places.map((place) => place.end()));
    this.#clear();
  }

  #begin(roles: readonly Role[]): void {
    for (const role of roles) this.places.push(new Place(role, this.#env, (pid) => this.#diedAsWanted(pid)));
  }

  #diedAsWanted(pid: number): boolean {
    const poisoned = existsSync(join(this.#folder, `poisoned-${pid}`));
    return poisoned || this.control.deaths().some((death) => death.pid === pid);
  }
}
