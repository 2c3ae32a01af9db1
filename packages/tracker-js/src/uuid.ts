/** A UUID (version 4). Insecure contexts have no `crypto.randomUUID`; there a blob's address ends in one. */
export function uuid(): string {
  if (crypto.randomUUID) return crypto.randomUUID();
  const url = URL.createObjectURL(new Blob());
  URL.revokeObjectURL(url);
  return url.slice(-36);
}
