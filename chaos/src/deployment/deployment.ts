import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SOURCE } from '../oracle/effects.js';
import { ControlFile } from '../preload/control.js';
import { flows } from './flows.js';
import { Management, TOKEN } from './manage.js';
import { Place, type Role } from './place.js';
import type { Servers } from './servers.js';

/** Short, so that what a dead worker held is soon taken by another. */
export const LOCK_MS = 1_500;
export const STALLED_MS = 500;

/** The processes of a run: two apis, three workers and a scheduler, or one that is everything. */
export class Deployment {
  readonly places: Place[] = [];
  readonly control: ControlFile;
  readonly manage: Management;
  readonly #folder = mkdtempSync(join(tmpdir(), 'tributary-chaos-'));

  constructor(servers: Servers, more: { [name: string]: string } = {}) {
    this.control = new ControlFile(this.#folder);
    this.manage = new Management(() => this.apis.map(({ url }) => url));
    const env = {
      ...servers.env,
      TRIBUTARY_CHAOS: this.#folder,
      TRIBUTARY_ADMIN_TOKEN: TOKEN,
      TRIBUTARY_ALLOW_PRIVATE_DESTINATIONS: 'true',
      TRIBUTARY_LOG_LEVEL: 'error',
      TRIBUTARY_LOCK_MS: String(LOCK_MS),
      TRIBUTARY_STALLED_MS: String(STALLED_MS),
      ...more,
    };
    const roles: Role[] =
      servers.store === 'embedded' ? ['start'] : ['api', 'api', 'worker', 'worker', 'worker', 'scheduler'];
    for (const role of roles) this.places.push(new Place(role, env, (pid) => this.#diedAtPoint(pid)));
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
  async prepare(hookUrl: string): Promise<void> {
    await this.ready();
    await this.manage.ask('POST', '/api/sources', { id: SOURCE, name: 'The site', writeKey: SOURCE }, [409]);
    for (const flow of flows(hookUrl)) {
      await this.manage.ask('PUT', `/api/flows/${flow.id}`, flow);
      await this.manage.ask('POST', `/api/flows/${flow.id}/publish`);
    }
    // A worker takes up what was published within seconds, one that starts at once: events must not come before it.
    await Promise.all(this.places.filter(({ role }) => role === 'worker').map((place) => place.kill()));
    await this.ready();
  }

  get surprises(): string[] {
    return this.places.flatMap(({ surprises }) => surprises);
  }

  async end(): Promise<void> {
    await Promise.all(this.places.map((place) => place.end()));
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #diedAtPoint(pid: number): boolean {
    return this.control.deaths().some((death) => death.pid === pid);
  }
}
