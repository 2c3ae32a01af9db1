import { type Static, Type } from '@sinclair/typebox';
import { DEFAULT_PARTITIONS } from '../queue/numbers.js';

const text = (env: string, expected: string, description: string, more: object = {}) =>
  Type.String({ env, expected, description, minLength: 1, ...more });

const whole = (env: string, description: string, byDefault: number, minimum: number, maximum: number) =>
  Type.Integer({
    env,
    description,
    expected: `a whole number from ${minimum} to ${maximum}`,
    default: byDefault,
    minimum,
    maximum,
  });

/**
 * Every setting of Tributary: its name in the environment (`env`), what is checked, what it is when unset.
 * The check at the start and the table in docs/settings.md both come from here. `secret` values are never repeated in a
 * message.
 */
export const SettingsSchema = Type.Object({
  port: whole('PORT', 'The port that the HTTP server listens on. `0` takes any free one.', 8080, 0, 65_535),
  // Loopback by default: a first start on a laptop must not open a management API to the whole network.
  host: text(
    'HOST',
    'an address of this machine, such as 127.0.0.1 or 0.0.0.0',
    'The address that the HTTP server listens on. Set it to `0.0.0.0` (in a container, say) to be reached from other machines.',
    { default: '127.0.0.1', pattern: '^[A-Za-z0-9.:_-]+$' },
  ),
  redisUrl: Type.Optional(
    text(
      'REDIS_URL',
      'an address such as redis://127.0.0.1:6379',
      'Redis, for the queue. Needed for more than one process; goes with `MONGODB_URL` or `POSTGRES_URL` as the store.',
      { pattern: '^rediss?://.+', secret: true },
    ),
  ),
  mongodbUrl: Type.Optional(
    text(
      'MONGODB_URL',
      'an address such as mongodb://127.0.0.1:27017/tributary',
      'MongoDB, for the store. Needs `REDIS_URL`.',
      { pattern: '^mongodb(\\+srv)?://.+', secret: true },
    ),
  ),
  postgresUrl: Type.Optional(
    text(
      'POSTGRES_URL',
      'an address such as postgres://user:password@127.0.0.1:5432/tributary',
      'PostgreSQL, for the store. Without `REDIS_URL` it is the queue too, for a deployment of one process.',
      { pattern: '^postgres(ql)?://.+', secret: true },
    ),
  ),
  dataDir: text(
    'TRIBUTARY_DATA',
    'the path of a folder',
    'The data folder of the embedded database, used when no server is set. One process at a time can hold it.',
    { default: './.tributary' },
  ),
  adminToken: Type.Optional(
    text(
      'TRIBUTARY_ADMIN_TOKEN',
      'printable characters without spaces',
      'A token for the management API, given from outside. When it is unset, the first start makes one and prints it once.',
      { pattern: '^[!-~]+$', secret: true },
    ),
  ),
  partitions: Type.Optional(
    Type.Integer({
      env: 'TRIBUTARY_PARTITIONS',
      expected: 'a whole number from 1 to 1024',
      description: `How many partitions the queue has: the most workers that can share the work. A new deployment on Redis has ${DEFAULT_PARTITIONS.several}, one without (it is one process) ${DEFAULT_PARTITIONS.one}; later, \`tributary partitions\` changes it and another number is refused. When it is unset, it is what the deployment has.`,
      minimum: 1,
      maximum: 1024,
    }),
  ),
  queueMaxBytes: whole(
    'TRIBUTARY_QUEUE_MAX_BYTES',
    'The most that the queue may hold. From 70 % of it (or of the `maxmemory` of Redis, if that is smaller) events are answered 503.',
    268_435_456,
    1,
    Number.MAX_SAFE_INTEGER,
  ),
  eventDays: Type.Optional(
    Type.Integer({
      env: 'TRIBUTARY_EVENT_DAYS',
      expected: 'a whole number from 1 to 36500',
      description:
        'How many days events are kept in timelines. They are dropped by the month, once its last day is older. When it is unset, they are kept for ever.',
      minimum: 1,
      maximum: 36_500,
    }),
  ),
  defaultCountry: Type.Optional(
    text(
      'TRIBUTARY_DEFAULT_COUNTRY',
      'a country as two capital letters, such as DE',
      'The country of phone numbers without `+`. When it is unset, only numbers with `+` are identifiers.',
      { pattern: '^[A-Z]{2}$' },
    ),
  ),
  identityFile: Type.Optional(
    text(
      'TRIBUTARY_IDENTITY',
      'the path of a JSON file',
      'A JSON file of identifier rules: types of your own, limits, priorities, blocked values (docs/identity.md).',
    ),
  ),
  allowPrivateDestinations: Type.Boolean({
    env: 'TRIBUTARY_ALLOW_PRIVATE_DESTINATIONS',
    expected: 'true or false',
    description: 'Whether flows may call private, loopback and link-local addresses.',
    default: false,
  }),
  trackerPath: text(
    'TRIBUTARY_TRACKER_PATH',
    'a path such as /assets/a.js',
    'Where the browser tracker is served. Its parts are served beside it.',
    { default: '/t.js', pattern: '^(/[A-Za-z0-9._~-]+)+$' },
  ),
  collectPath: text(
    'TRIBUTARY_COLLECT_PATH',
    'a path such as /data, without a slash at its end',
    'What the addresses begin with that the browser tracker calls. Those under `/v1` stay.',
    { default: '/v1', pattern: '^(/[A-Za-z0-9._~-]+)+$' },
  ),
  logLevel: Type.Union(
    (['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const).map((level) => Type.Literal(level)),
    {
      env: 'TRIBUTARY_LOG_LEVEL',
      expected: 'one of fatal, error, warn, info, debug, trace, silent',
      description: 'How much is logged: `fatal`, `error`, `warn`, `info`, `debug`, `trace` or `silent`.',
      default: 'info',
    },
  ),
  otlpEndpoint: Type.Optional(
    text(
      'OTEL_EXPORTER_OTLP_ENDPOINT',
      'an address such as http://127.0.0.1:4318',
      'A receiver of OpenTelemetry traces (OTLP over HTTP). When it is unset there are no traces, and nothing is spent on them.',
      { pattern: '^https?://.+', secret: true },
    ),
  ),
  plugins: Type.Array(Type.String({ minLength: 1 }), {
    env: 'TRIBUTARY_PLUGINS',
    expected: 'names of packages or paths of modules, separated by commas',
    description: 'Plugins to load beside the built-in ones: packages or paths of modules, separated by commas.',
    default: [],
  }),
  flowsDir: Type.Optional(
    text(
      'TRIBUTARY_FLOWS',
      'the path of a folder',
      'A folder of flows, one JSON file each: those that differ from the published version are published at the start.',
    ),
  ),
  lockMs: whole(
    'TRIBUTARY_LOCK_MS',
    'How long, in ms, a worker owns a batch without renewing its lock. A process whose event loop stands still for longer is ended.',
    10_000,
    200,
    600_000,
  ),
  stalledMs: whole(
    'TRIBUTARY_STALLED_MS',
    'How often, in ms, batches of workers that died are looked for.',
    5_000,
    100,
    600_000,
  ),
  startupMs: whole(
    'TRIBUTARY_STARTUP_MS',
    'How long, in ms, a process that starts tries to connect to servers that do not answer yet. Once it has connected it waits for them as long as they are away.',
    30_000,
    0,
    600_000,
  ),
  shutdownMs: whole(
    'TRIBUTARY_SHUTDOWN_MS',
    'How long, in ms, a process that is told to stop goes on with what it has begun.',
    20_000,
    0,
    600_000,
  ),
});

/** All settings, checked. */
export type Settings = Static<typeof SettingsSchema>;
