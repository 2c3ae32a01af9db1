/** A clock that moves by hand, with the globals of a page that are bound to it. */
export function fakeClock() {
  const timers = new Map<number, { at: number; fn: () => void }>();
  let clock = 1_700_000_000_000;
  let nextTimer = 1;

  class FakeDate extends Date {
    constructor(value?: number | string) {
      super(value ?? clock);
    }
    static override now = () => clock;
  }

  /** Lets promises settle. */
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

  return {
    globals: {
      Date: FakeDate,
      setTimeout(fn: () => void, ms = 0) {
        timers.set(nextTimer, { at: clock + ms, fn });
        return nextTimer++;
      },
      clearTimeout: (timer: number) => void timers.delete(timer),
    },
    settle,
    now: () => clock,
    /** Moves the clock and runs what became due. */
    async advance(ms: number) {
      const end = clock + ms;
      for (;;) {
        await settle();
        const due = [...timers].filter(([, timer]) => timer.at <= end).sort((a, b) => a[1].at - b[1].at)[0];
        if (!due) break;
        clock = Math.max(clock, due[1].at);
        timers.delete(due[0]);
        due[1].fn();
      }
      clock = end;
      await settle();
    },
  };
}
