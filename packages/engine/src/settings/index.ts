export { type Backends, chooseBackends } from './backends.js';
export { InvalidSetting } from './errors.js';
export { defaultSettings, readSettings } from './read.js';
export { type Settings, SettingsSchema } from './schema.js';
export { settingsPage, settingsTable } from './table.js';
