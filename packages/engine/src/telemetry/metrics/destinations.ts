/** Destinations with a label of their own; what comes later is counted as `other`. */
const MOST = 100;
const PLAIN = /^[\w.:-]{1,100}$/;

/**
 * Labels for destinations: of an address the host alone, and not more than `most` of them, since each is a time series
 * that Prometheus keeps.
 */
export class DestinationLabels {
  readonly #known = new Map<string, string>();
  readonly #labels = new Set<string>();

  constructor(private readonly most = MOST) {}

  of(destination: string): string {
    const known = this.#known.get(destination);
    if (known !== undefined) return known;
    const label = hostOf(destination);
    if (!this.#labels.has(label) && this.#labels.size >= this.most) return 'other';
    this.#labels.add(label);
    // Many addresses can have one host: they are not all kept.
    if (this.#known.size < 10 * this.most) this.#known.set(destination, label);
    return label;
  }
}

function hostOf(destination: string): string {
  if (PLAIN.test(destination)) return destination;
  return (URL.canParse(destination) && new URL(destination).host.slice(0, 100)) || 'other';
}
