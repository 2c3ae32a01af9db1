import type { IncomingMessage, ServerResponse } from 'node:http';

/** A webhook as the shop received it. */
export interface ReceivedHook {
  id: string;
  signature: string;
  /** Whether the signature is right, by the Standard Webhooks specification. */
  verified: boolean;
  receivedAt: string;
  body: unknown;
}

/** Makes the shop: a connect-style middleware for everything under `/shop/`; the rest goes to `next`. */
export function createShop(options?: {
  /** Origin of the collector when it is not the one that serves the shop. */
  collector?: string;
  writeKey?: string;
}): {
  handler(request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void): void;
};

/** The folder of the demo flows. In their JSON, `${BASE_URL}` stands for the address of this deployment. */
export const flowsFolder: string;
