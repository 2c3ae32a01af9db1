import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { available, need } from './need.js';

describe('need, on a machine without anything', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'tributary-need-'));
    vi.stubEnv('PATH', dir);
    vi.stubEnv('MONGODB_URL', '');
    vi.stubEnv('CI', '');
    vi.stubEnv('TRIBUTARY_REQUIRE_SERVERS', '');
    vi.stubEnv('TRIBUTARY_SKIPS', join(dir, 'skips.jsonl'));
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(dir, { recursive: true });
  });

  it('leaves the group out and writes down which file lacks what', async () => {
    expect(need('redis', 'chromium')).toEqual({ ok: false, missing: ['redis', 'chromium'] });
    const line = JSON.parse(await readFile(join(dir, 'skips.jsonl'), 'utf8'));
    expect(line).toEqual({ file: import.meta.filename, needs: ['redis-server', 'Chromium (package chromium)'] });
  });

  it.each(['CI', 'TRIBUTARY_REQUIRE_SERVERS'])('is an error when %s says that nothing may be left out', (name) => {
    vi.stubEnv(name, 'true');
    expect(() => need('redis')).toThrow('redis-server');
  });

  it('says what is there', async () => {
    expect(await available()).toMatchObject({ redis: false, mongo: false, chromium: false });
  });
});
