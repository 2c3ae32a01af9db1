/** A module of its own: the driver is as much code as a sixth of a process, and is loaded only where it is used. */
export { createMongoStore, type MongoStoreOptions } from './store.js';
