/** The one-file script, `<script async src="/t.js" data-key="…"></script>`: makes `window.tributary`. */
import { browserEnv } from './env.js';
import { createGlobal, type TributaryGlobal } from './global.js';
import type { QueuedCall, TrackerOptions } from './types.js';

declare global {
  interface Window {
    tributary?: TributaryGlobal | (QueuedCall[] & { push: (call: QueuedCall) => void });
  }
}

const env = browserEnv();
const stub = env && window.tributary;
// A second copy of the script on the page must not send everything twice.
if (env && (!stub || Array.isArray(stub))) {
  const script = document.currentScript as HTMLScriptElement | null;
  const { key, endpoint } = script?.dataset ?? {};
  const defaults: Partial<TrackerOptions> = { endpoint: endpoint ?? (script?.src ? new URL(script.src).origin : '') };
  if (key) defaults.writeKey = key;
  const tributary = createGlobal(env, defaults, stub);
  // Whoever kept the snippet's list in a variable still reaches the tracker.
  if (stub) stub.push = tributary.push as typeof stub.push;
  window.tributary = tributary;
  if (script?.hasAttribute('data-page')) tributary.page();
}
