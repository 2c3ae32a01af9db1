import type pg from 'pg';

/**
 * Lets the process outlive the connections of a pool. While one is lent, the statement in work says that it broke; an idle
 * one is replaced. The pool hands a new one over without a listener, and a server that shuts down can say so in the packet
 * that ends the connecting: nobody has the connection yet, and the error would end the process.
 */
export function outlive(pool: pg.Pool): void {
  pool.on('error', ignore);
  pool.on('connect', (client) => client.on('error', ignore));
}

function ignore(): void {}
