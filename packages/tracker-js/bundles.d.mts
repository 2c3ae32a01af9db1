/** What a page loads without a bundler, by file name. */
export const BUNDLES: Record<string, { entry: string; format: 'iife' | 'esm' }>;
/** The code of one bundle, as small as it gets. */
export function bundle(name: string): Promise<string>;
/** The snippet that pages hold in their head. */
export function snippet(): Promise<string>;
