const EVERY = 5_000;

const figure = new Intl.NumberFormat('en-US');
export const count = (n: number): string => figure.format(Math.round(n));

/** How much of something there is to do, and how much is done. */
export interface Part {
  wanted: number;
  done: number;
}

/** Prints a line every few seconds: cases, cases a second, time left for the part that takes longest. */
export function startProgress(parts: () => readonly Part[], more: () => string): () => void {
  const begun = Date.now();
  let [last, lastAt] = [0, begun];
  const timer = setInterval(() => {
    const at = Date.now();
    const [now, wanted] = [sum(parts(), 'done'), sum(parts(), 'wanted')];
    const rate = ((now - last) * 1_000) / (at - lastAt);
    const left = Math.max(...parts().map((part) => secondsLeft(part, (at - begun) / 1_000)));
    [last, lastAt] = [now, at];
    const time = Number.isFinite(left) ? duration(left) : 'unknown time';
    process.stdout.write(`${count(now)} of ${count(wanted)} cases, ${count(rate)}/s, ${time} left${more()}\n`);
  }, EVERY);
  return () => clearInterval(timer);
}

const sum = (parts: readonly Part[], what: keyof Part) => parts.reduce((all, part) => all + part[what], 0);

function secondsLeft({ wanted, done }: Part, passed: number): number {
  return wanted > done ? ((wanted - done) / done) * passed : 0;
}

export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  if (seconds < 5_400) return `${Math.ceil(seconds / 60)} min`;
  return `${(seconds / 3_600).toFixed(1)} h`;
}
