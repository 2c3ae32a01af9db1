import type { Plugin } from '@tributary/sdk';
import { copyToProfile } from './copy-to-profile/copy-to-profile.js';
import { emitEvent } from './emit-event/emit-event.js';
import { httpRequest } from './http-request/http-request.js';
import { ifPlugin } from './if/if.js';
import { increment } from './increment/increment.js';
import { mergeIdentity } from './merge-identity/merge-identity.js';
import { segment } from './segment/segment.js';
import { setTrait } from './set-trait/set-trait.js';
import { switchPlugin } from './switch/switch.js';
import { wait } from './wait/wait.js';
import { webhook } from './webhook/webhook.js';

/** The built-in plugins. */
export const plugins: Plugin[] = [
  copyToProfile,
  emitEvent,
  httpRequest,
  ifPlugin,
  increment,
  mergeIdentity,
  segment,
  setTrait,
  switchPlugin,
  wait,
  webhook,
];
