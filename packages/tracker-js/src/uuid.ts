/** A UUID (version 4). Insecure contexts have no `crypto.randomUUID`; there a blob's address ends in one. */
export const uuid = (): string => crypto.randomUUID?.() ?? URL.createObjectURL(new Blob()).slice(-36);
