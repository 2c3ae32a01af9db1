const open = new Set<() => void>();
process.once('exit', () => {
  for (const clean of open) clean();
});

/** Does it when this process ends, however it ends; or before, by a call of what is returned. */
export function atTheLatest(clean: () => void): () => void {
  open.add(clean);
  return () => {
    if (open.delete(clean)) clean();
  };
}
