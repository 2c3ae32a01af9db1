import { randomBytes } from 'node:crypto';

/** A database name that no other test has. */
export function uniqueName(): string {
  return `t_${randomBytes(6).toString('hex')}`;
}
