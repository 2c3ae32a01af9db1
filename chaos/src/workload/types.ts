export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A call as a client sends it. */
export interface Call {
  type: string;
  messageId: string;
  anonymousId?: string;
  userId?: string;
  previousId?: string;
  groupId?: string;
  event?: string;
  name?: string;
  timestamp: string;
  properties?: { [key: string]: Json };
  traits?: { [key: string]: Json };
  /** `copy` tells the copies of a message apart: it is stored with the event, so one sees which of them was applied. */
  context: { copy: number; consent?: { categoryPreferences: { [purpose: string]: boolean } } };
}

/** A call in its place in the order of acceptance: places of one client can be compared, and a key has one client. */
export interface Sent {
  call: Call;
  client: number;
  place: number;
  /** Breaks a rule: it is taken, into quarantine. */
  bad: boolean;
}

/** An event of this name ends every worker that takes it. */
export const POISON = 'Poison Taken';

/** A call that is never applied: it is to be given up, and to hold up nobody else. */
export function isPoison({ event }: Pick<Call, 'event'>): boolean {
  return event === POISON;
}

export interface Workload {
  seed: number;
  /** Requests by client, in the order in which it sends them. */
  clients: Sent[][][];
  /** All calls. */
  sent: Sent[];
  people: number;
}

/** The partition key, as the documentation of the collect API names it. */
export function keyOf(call: Pick<Call, 'anonymousId' | 'userId'>): string {
  return call.anonymousId ?? call.userId ?? '';
}
