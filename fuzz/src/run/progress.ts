const EVERY = 5_000;

const figure = new Intl.NumberFormat('en-US');
export const count = (n: number): string => figure.format(Math.round(n));

/** Prints a line every few seconds: cases, cases a second, time left. */
export function startProgress(wanted: number, done: () => number, more: () => string): () => void {
  const begun = Date.now();
  let [last, lastAt] = [0, begun];
  const timer = setInterval(() => {
    const [now, at] = [done(), Date.now()];
    const rate = ((now - last) * 1_000) / (at - lastAt);
    const whole = (now * 1_000) / (at - begun);
    const left = whole > 0 ? duration((wanted - now) / whole) : 'unknown time';
    [last, lastAt] = [now, at];
    process.stdout.write(`${count(now)} of ${count(wanted)} cases, ${count(rate)}/s, ${left} left${more()}\n`);
  }, EVERY);
  return () => clearInterval(timer);
}

export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  if (seconds < 5_400) return `${Math.ceil(seconds / 60)} min`;
  return `${(seconds / 3_600).toFixed(1)} h`;
}
