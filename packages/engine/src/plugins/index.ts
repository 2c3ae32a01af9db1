export { loadPlugins } from './load.js';
export { type PluginListing, PluginRegistry, splitSpecifier } from './registry.js';
export { isPort, kindOf, PluginError } from './shape.js';
