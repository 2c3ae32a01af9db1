/** An event on its way through a program without logic: its keys, and its document as it will be stored. */
export type Row = [message: string, device: string, id: string, doc: string];

/** One job: what one commit writes. */
export interface RowBatch {
  id: string;
  partition: number;
  rows: Row[];
}

/** Writes the rows that Tributary would leave, in one step, and looks at nothing. */
export interface RowWriter {
  write(batch: RowBatch): Promise<void>;
}

/** The id of the profile of a device: as long as one of Tributary's. */
export function profileOf(device: string): string {
  return `01900000-0000-7000-8000-${device.slice(-12)}`.padEnd(36, '0').slice(0, 36);
}

/** Of so many events one leaves a stored run, as in Tributary. */
export const RUN_SAMPLE = 100;

/** Counters that a receipt adds to. */
export function countersOf(events: number): { kind: string; key: string; n: number }[] {
  return [
    { kind: 'count', key: 'applied', n: events },
    { kind: 'accepted', key: 'producer', n: events },
    ...['copy', 'count', 'fan'].map((node) => ({ kind: 'node', key: `bench@1/${node}/out`, n: events })),
  ];
}

/** Devices that were seen for the first time in this process: they get identifiers. */
export class Seen {
  readonly #seen = new Set<string>();

  news(rows: readonly Row[]): string[] {
    const found: string[] = [];
    for (const [, device] of rows) {
      if (this.#seen.has(device)) continue;
      this.#seen.add(device);
      found.push(device);
    }
    return found;
  }
}
