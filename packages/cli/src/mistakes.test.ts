import { createServer } from 'node:http';
import { freePort } from '@tributary/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endAll, temporaryFolder, tributary } from './testing/program.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(async () => {
  endAll();
  await folder.remove();
});

async function refusal(args: string[], env: { [name: string]: string }) {
  const program = tributary(args, { PORT: '0', TRIBUTARY_DATA: folder.path, ...env });
  const { code } = await program.ended;
  return { code, sentence: program.stderr.trim() };
}

const REDIS_URL = 'redis://127.0.0.1:1';
const POSTGRES_URL = 'postgres://127.0.0.1:1/x';

describe('a mistake is one sentence that names the setting, and exit code 1', () => {
  it.each([
    [['start', '--port', 'eighty'], {}, /^PORT must be a whole number from 0 to 65535, but it is "eighty"\.$/],
    [['start'], { HOST: '192.0.2.1' }, /^HOST 192\.0\.2\.1 is not an address of this machine.*$/],
    [['start'], { REDIS_URL }, /^REDIS_URL is set without a store.*$/],
    [['worker'], { POSTGRES_URL }, /^REDIS_URL is not set.*$/],
    [['start'], { TRIBUTARY_PLUGINS: 'no-such-plugin' }, /^The package no-such-plugin is not installed.*$/],
    [['start'], { POSTGRES_URL, TRIBUTARY_STARTUP_MS: '0' }, /^PostgreSQL does not answer, check POSTGRES_URL.*$/],
  ])('%s with %j', async (args, env, sentence) => {
    expect(await refusal(args, env)).toEqual({ code: 1, sentence: expect.stringMatching(sentence) });
  });

  it('a port in use', async () => {
    const port = await freePort();
    const other = createServer().listen(port, '127.0.0.1');
    const { code, sentence } = await refusal(['start'], { PORT: String(port) });
    other.close();
    expect({ code, sentence }).toEqual({
      code: 1,
      sentence: expect.stringMatching(/^PORT \d+ is in use on 127\.0\.0\.1.*$/),
    });
  });
});

describe('a command without a deployment', () => {
  it.each([
    [['flow', 'list'], {}, /TRIBUTARY_ADMIN_TOKEN/],
    [['flow', 'list'], { TRIBUTARY_ADMIN_TOKEN: 'x', TRIBUTARY_URL: 'http://127.0.0.1:1' }, /TRIBUTARY_URL/],
    [['flow', 'push', 'none.json'], { TRIBUTARY_ADMIN_TOKEN: 'x' }, /^none\.json cannot be read/],
    [['flow', 'rollback', 'a', 'two'], { TRIBUTARY_ADMIN_TOKEN: 'x' }, /"two" is not a version/],
  ])('%s says what is missing', async (args, env, sentence) => {
    expect(await refusal(args, env)).toEqual({ code: 1, sentence: expect.stringMatching(sentence) });
  });
});
