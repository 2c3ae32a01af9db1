import type { Plugin } from '@tributary/sdk';

/** Loads the plugins of each specifier: an npm package, a folder, or a file. */
export type LoadPlugins = (specifiers: readonly string[], options?: { from?: string }) => Promise<Plugin[]>;
