// The one place that writes to the terminal. Lines for people go to stdout, refusals and logs to stderr.

/** Prints a line. */
export function say(line = ''): void {
  console.log(line);
}

/** Prints a refusal. */
export function complain(line: string): void {
  console.error(line);
}

/** Prints rows in columns, or `none`. */
export function sayTable(head: string[], rows: (string | number)[][], none: string): void {
  if (rows.length === 0) {
    say(none);
    return;
  }
  const lines = [head, ...rows.map((row) => row.map(String))];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  for (const line of lines)
    say(
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
}
