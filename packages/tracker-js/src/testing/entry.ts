/** What tests run inside of a fake page. */
export { autoCapture } from '../auto.js';
export { elements } from '../elements.js';
export { createGlobal } from '../global.js';
export { createTracker } from '../index.js';
export { links } from '../links.js';
export { segments } from '../profile.js';
export { serverCookie } from '../server-cookie.js';
export { uuid } from '../uuid.js';
