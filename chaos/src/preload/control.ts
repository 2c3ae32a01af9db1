import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What the processes of a run are told. */
export interface Control {
  /** Points at which the next process to come by dies, at its n-th visit. Each `id` is one death. */
  armed: { [point: string]: { id: string; visit: number } };
  /** Milliseconds by which the clock of a role is wrong. */
  clock: { [role: string]: number };
}

export interface Death {
  id: string;
  point: string;
  role: string;
  pid: number;
}

/** The signal that blocks the event loop of the process that gets it. */
export const BLOCK = 'SIGUSR2';
/** For how many times as long as a lock lasts. */
export const BLOCKED_LOCKS = 4;

/** Holds the process that is stopped at a point. */
export const STOPPED = 'stopped';

/** The built file that is loaded before the program. */
export const PRELOAD = fileURLToPath(new URL('../../dist/preload/preload.js', import.meta.url));

/** The suite's end of the control file. */
export class ControlFile {
  readonly #now: Control = { armed: {}, clock: {} };

  constructor(readonly folder: string) {
    mkdirSync(join(folder, 'deaths'), { recursive: true });
    this.#write();
  }

  arm(armed: Control['armed']): void {
    this.#now.armed = armed;
    this.#write();
  }

  setClock(clock: Control['clock']): void {
    this.#now.clock = clock;
    this.#write();
  }

  /** Everybody who died at a point. */
  deaths(): Death[] {
    return readdirSync(join(this.folder, 'deaths')).flatMap((id) => {
      const text = readFileSync(join(this.folder, 'deaths', id), 'utf8');
      return text === '' ? [] : [{ id, ...(JSON.parse(text) as Omit<Death, 'id'>) }];
    });
  }

  #write(): void {
    const next = join(this.folder, 'control.next');
    writeFileSync(next, JSON.stringify(this.#now));
    renameSync(next, join(this.folder, 'control.json'));
  }
}
