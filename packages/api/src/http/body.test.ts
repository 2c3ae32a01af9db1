import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { serve } from '../testing/serve.js';
import { readBody } from './body.js';

const LIMIT = 500 * 1024;

it('inflates a large body in few turns of the event loop, which may be long ones', async () => {
  let turns = 0;
  const server = await serve((req, res) => {
    let done = false;
    const turn = () => {
      turns++;
      // Whatever the thread pool has to do is done meanwhile.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
      if (!done) setImmediate(turn);
    };
    req.once('end', () => setImmediate(turn));
    readBody(req, LIMIT).then(({ bytes }) => {
      done = true;
      res.end(String(bytes));
    });
  });
  try {
    const body = new Uint8Array(gzipSync(Buffer.alloc(480 * 1024, '1')));
    const answer = await fetch(server.url, { method: 'POST', body, headers: { 'Content-Encoding': 'gzip' } });
    expect(await answer.text()).toBe(String(480 * 1024));
    expect(turns).toBeLessThan(15);
  } finally {
    await server.close();
  }
});
