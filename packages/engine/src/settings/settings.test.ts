import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { chooseBackends, defaultSettings, InvalidSetting, readSettings, settingsPage } from './index.js';

const refusal = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    if (error instanceof InvalidSetting) return error;
    throw error;
  }
  throw new Error('It was not refused.');
};

describe('readSettings', () => {
  it('has a value for every setting that is not a choice of the operator', () => {
    expect(readSettings({})).toEqual({
      port: 8080,
      host: '127.0.0.1',
      dataDir: './.tributary',
      queueMaxBytes: 268_435_456,
      allowPrivateDestinations: false,
      trackerPath: '/t.js',
      collectPath: '/v1',
      logLevel: 'info',
      plugins: [],
      lockMs: 10_000,
      stalledMs: 5_000,
      startupMs: 30_000,
      shutdownMs: 20_000,
    });
  });

  it('reads numbers, switches and lists, and takes an empty value for unset', () => {
    const settings = readSettings({
      PORT: '0',
      REDIS_URL: '',
      TRIBUTARY_ALLOW_PRIVATE_DESTINATIONS: 'TRUE',
      TRIBUTARY_PLUGINS: '@acme/plugin, ./mine.js',
      TRIBUTARY_DEFAULT_COUNTRY: ' DE ',
    });
    expect(settings).toMatchObject({
      port: 0,
      allowPrivateDestinations: true,
      plugins: ['@acme/plugin', './mine.js'],
      defaultCountry: 'DE',
    });
    expect(settings).not.toHaveProperty('redisUrl');
  });

  it.each([
    ['PORT', '80a', 'a whole number from 0 to 65535, but it is "80a".'],
    ['PORT', '70000', 'a whole number from 0 to 65535, but it is "70000".'],
    ['TRIBUTARY_PARTITIONS', '0', 'a whole number from 1 to 1024, but it is "0".'],
    ['TRIBUTARY_PARTITIONS', '1.5', 'a whole number from 1 to 1024, but it is "1.5".'],
    ['TRIBUTARY_ALLOW_PRIVATE_DESTINATIONS', 'yes', 'true or false, but it is "yes".'],
    ['TRIBUTARY_LOG_LEVEL', 'loud', 'one of fatal, error, warn, info, debug, trace, silent, but it is "loud".'],
    ['TRIBUTARY_DEFAULT_COUNTRY', 'Germany', 'a country as two capital letters, such as DE, but it is "Germany".'],
  ])('refuses %s=%s in one sentence', (name, value, sentence) => {
    const error = refusal(() => readSettings({ [name]: value }));
    expect(error.message).toBe(`${name} must be ${sentence}`);
    expect(error).toMatchObject({ code: 'INVALID_SETTING', setting: name });
  });

  it('does not repeat an address that may hold a password', () => {
    const error = refusal(() => readSettings({ POSTGRES_URL: 'mysql://root:hunter2@db' }));
    expect(error.message).toMatch(/^POSTGRES_URL must be an address such as postgres:/);
    expect(error.message).not.toContain('hunter2');
  });
});

describe('chooseBackends', () => {
  const redisUrl = 'redis://r';
  const mongodbUrl = 'mongodb://m';
  const postgresUrl = 'postgres://p';
  it.each([
    [{}, { queue: 'embedded', store: 'embedded' }],
    [{ postgresUrl }, { queue: 'postgres', store: 'postgres' }],
    [
      { redisUrl, mongodbUrl },
      { queue: 'redis', store: 'mongo' },
    ],
    [
      { redisUrl, postgresUrl },
      { queue: 'redis', store: 'postgres' },
    ],
  ])('%j runs on %j', (some, backends) => {
    expect(chooseBackends(defaultSettings(some), false)).toEqual(backends);
  });

  it.each([
    [{ redisUrl }, false, 'REDIS_URL is set without a store'],
    [{ mongodbUrl }, false, 'MONGODB_URL is set without a queue'],
    [{ redisUrl, mongodbUrl, postgresUrl }, false, 'MONGODB_URL and POSTGRES_URL are both set'],
    [{}, true, 'REDIS_URL is not set'],
    [{ postgresUrl }, true, 'REDIS_URL is not set'],
  ])('%j with several processes %s is refused', (some, several, sentence) => {
    expect(refusal(() => chooseBackends(defaultSettings(some), several)).message).toContain(sentence);
  });
});

it('docs/settings.md is what the schema says', () => {
  const page = readFileSync(new URL('../../../../docs/settings.md', import.meta.url), 'utf8');
  expect(page).toBe(settingsPage());
});
