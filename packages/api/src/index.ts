export { type ApiOptions, createApi, type Mount } from './app.js';
export type { Log } from './log.js';
export { ROUTES } from './manage/table.js';
export { openApiDocument } from './openapi/document.js';
