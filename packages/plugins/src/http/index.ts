export { connectionError, parseRetryAfter, statusError } from './errors.js';
export { checkHeaders, Headers, headerValue, messageId } from './headers.js';
export { type Call, parseUrl } from './redirect.js';
export { type Answer, send } from './send.js';
