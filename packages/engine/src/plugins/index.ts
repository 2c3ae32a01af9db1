export type { LoadPlugins } from './load.js';
export { type PluginListing, PluginRegistry } from './registry.js';
export { PluginError } from './shape.js';
