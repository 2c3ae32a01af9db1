/** Calls of each destination that are under way: who comes when there are enough of them waits for a turn. */
export class Slots {
  readonly #taken = new Map<string, number>();
  readonly #waiting = new Map<string, (() => void)[]>();

  constructor(private readonly perDestination: number) {}

  /** Resolves when the call may begin; what it answers ends it, once. */
  async enter(destination: string): Promise<() => void> {
    const taken = this.#taken.get(destination) ?? 0;
    if (taken < this.perDestination) this.#taken.set(destination, taken + 1);
    else await new Promise<void>((resolve) => this.#queue(destination).push(resolve));
    let isTaken = true;
    return () => {
      if (isTaken) this.#leave(destination);
      isTaken = false;
    };
  }

  #queue(destination: string): (() => void)[] {
    const queue = this.#waiting.get(destination) ?? [];
    this.#waiting.set(destination, queue);
    return queue;
  }

  /** The slot goes to the one who has waited longest. */
  #leave(destination: string): void {
    const next = this.#waiting.get(destination)?.shift();
    if (next) {
      next();
      return;
    }
    this.#waiting.delete(destination);
    const left = (this.#taken.get(destination) as number) - 1;
    if (left === 0) this.#taken.delete(destination);
    else this.#taken.set(destination, left);
  }
}
