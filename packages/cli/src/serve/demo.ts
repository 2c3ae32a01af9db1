import type { Mount } from '@tributary/api';
import type { Engine, Settings } from '@tributary/engine';
import { CliError } from '../errors.js';
import { publishFolder } from './flows-folder.js';

type Shop = typeof import('@tributary/example-shop');

/** What `--demo` adds: the shop, a source for it, its flows, and what its pages may read. */
export interface Demo {
  mount: Mount;
  /** Once the engine runs and the address is known. */
  prepare(engine: Engine, baseUrl: string): Promise<void>;
}

/** The demo's webhook calls the shop, which is this very process. Its terminal is for a person, not for a log. */
export function demoSettings(settings: Settings, env: NodeJS.ProcessEnv): Settings {
  const logLevel = env.TRIBUTARY_LOG_LEVEL ? settings.logLevel : 'warn';
  return { ...settings, logLevel, allowPrivateDestinations: true };
}

export async function loadDemo(): Promise<Demo> {
  const shop: Shop = await import('@tributary/example-shop').catch(() => {
    throw new CliError('The example shop is not installed: --demo works in a clone of the repository.');
  });
  const { handler } = shop.createShop();
  return {
    mount: {
      path: '/shop',
      title: 'The example shop',
      handler: (req, res, next) => handler(req, res, next),
    },
    async prepare(engine, baseUrl) {
      if (!(await engine.sources.get('demo'))) {
        await engine.sources.create({ id: 'demo', name: 'Example shop', writeKey: 'demo' });
      }
      const marked = await engine.publicView.get();
      if (marked.segments.length === 0 && marked.traits.length === 0) {
        await engine.publicView.set({ segments: ['interested'], traits: ['firstName'] });
      }
      await publishFolder(engine, shop.flowsFolder, baseUrl);
    },
  };
}
