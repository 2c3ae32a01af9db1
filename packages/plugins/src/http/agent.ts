import dns from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, buildConnector } from 'undici';
import { isPublicAddress } from './addresses.js';

/** Beside the agents: who loads them, with his first call, needs it too. */
export { request } from 'undici';

const CONNECT_TIMEOUT = 5_000;

/** The destination lies in a network that plugins must not reach. */
export class RefusedAddress extends Error {
  override name = 'RefusedAddress';
  readonly code = 'REFUSED_ADDRESS';
  constructor() {
    super('The destination is not on the public internet (private, loopback, link-local or reserved address)');
  }
}

let open: Agent | undefined;
let guarded: Agent | undefined;

/** Connections kept alive for all calls. Guarded and unguarded ones are never shared. */
export function agentFor(allowPrivate: boolean): Agent {
  if (allowPrivate) {
    open ??= new Agent({ connect: { timeout: CONNECT_TIMEOUT } });
    return open;
  }
  guarded ??= new Agent({ connect: guard() });
  return guarded;
}

/**
 * Connects to public addresses only. The check is made on the addresses that this connection is
 * going to use, so a name that answers differently the next time gains nothing by it.
 */
function guard(): buildConnector.connector {
  const connect = buildConnector({ timeout: CONNECT_TIMEOUT, lookup: publicLookup } as buildConnector.BuildOptions);
  return (options, callback) => {
    const host = options.hostname.replace(/^\[|\]$/g, '');
    // A literal address is never looked up.
    if (isIP(host) !== 0 && !isPublicAddress(host)) {
      callback(new RefusedAddress(), null);
      return;
    }
    connect(options, (...[error, socket]) => {
      // undici leaves the second argument out when it has an error.
      if (!socket) {
        callback(error ?? new Error('No connection'), null);
        return;
      }
      const { remoteAddress } = socket;
      if (remoteAddress !== undefined && isPublicAddress(remoteAddress)) {
        callback(null, socket);
        return;
      }
      socket.destroy();
      // Without an address it was closed in the meantime: that says nothing about where it led.
      const closed = Object.assign(new Error('closed'), { code: 'ECONNRESET' });
      callback(remoteAddress === undefined ? closed : new RefusedAddress(), null);
    });
  };
}

/** DNS look-up that fails when any of the answers is not public. */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  dns.lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) callback(error, '');
    else if (addresses.length === 0 || !addresses.every(({ address }) => isPublicAddress(address)))
      callback(new RefusedAddress(), '');
    else if (options.all === true) callback(null, addresses);
    else callback(null, addresses[0]?.address ?? '', addresses[0]?.family);
  });
};
