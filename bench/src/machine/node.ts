/**
 * What `examples/deploy` gives to an api in NODE_OPTIONS, here to the ceilings as well: V8's young generation has room
 * for the requests of hundreds of connections, instead of copying each of them.
 */
export const API_FLAGS = ['--max-semi-space-size=64'];
