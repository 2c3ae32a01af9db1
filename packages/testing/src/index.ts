export { chromiumPath } from './find.js';
export { type MongoServer, startMongo } from './mongo.js';
export { available, type Needed, need, type ServerName } from './need.js';
export { freePort } from './port.js';
export { type PostgresServer, startPostgres } from './postgres.js';
export { type RedisOptions, startRedis } from './redis.js';
export type { TestServer } from './server.js';
