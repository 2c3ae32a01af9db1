/**
 * Shorter lists to try, one after the other: with everything left out, with each half, each quarter, and so on to each
 * item. Every answer says whether the list did as well as the one before. Returns the shortest that did.
 */
export function* leaveOut<T>(list: readonly T[]): Generator<T[], T[], boolean> {
  let kept = [...list];
  for (let size = kept.length; size >= 1; size = Math.min(size, kept.length) >> 1) {
    for (let from = 0; from < kept.length; ) {
      const less = kept.toSpliced(from, size);
      if (yield less) kept = less;
      else from += size;
    }
  }
  return kept;
}
