import { writeFileSync } from 'node:fs';
import { settingsPage } from './table.js';

// Run after a build: node packages/engine/dist/settings/write-docs.js
writeFileSync(new URL('../../../../docs/settings.md', import.meta.url), settingsPage());
