import type { TSchema } from '@sinclair/typebox';
import { SettingsSchema } from './schema.js';

/** The settings as a table in Markdown: what docs/settings.md shows. */
export function settingsTable(): string {
  const required = new Set<string>(SettingsSchema.required ?? []);
  const rows = Object.entries<TSchema>(SettingsSchema.properties).map(([key, schema]) => {
    const unset = required.has(key) ? shown(schema.default) : 'unset';
    return `| \`${schema.env}\` | ${unset} | ${cell(schema.expected)} | ${cell(schema.description ?? '')} |`;
  });
  return ['| Setting | Default | Value | Meaning |', '|---|---|---|---|', ...rows, ''].join('\n');
}

/** The whole page docs/settings.md. */
export function settingsPage(): string {
  return `# Settings

Tributary reads its settings from the environment. An empty value counts as unset. A mistake is answered at the start
with one sentence that names the setting, and exit code 1.

${settingsTable()}
Which servers are set decides what runs:

| \`REDIS_URL\` | \`MONGODB_URL\` | \`POSTGRES_URL\` | Queue | Store | Processes |
|---|---|---|---|---|---|
| | | | embedded | embedded | one |
| | | set | PostgreSQL | PostgreSQL | one |
| set | set | | Redis | MongoDB | any number |
| set | | set | Redis | PostgreSQL | any number |

Every other combination is refused.

The \`tributary\` commands that speak to a running deployment read \`TRIBUTARY_URL\` (\`http://127.0.0.1:8080\` when it is
unset) and \`TRIBUTARY_ADMIN_TOKEN\`.

This page is generated from the schema that checks the settings: \`node packages/engine/dist/settings/write-docs.js\`.
`;
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : `\`${value.join(',')}\``;
  return `\`${String(value)}\``;
}

const cell = (text: string) => text.replaceAll('|', '\\|');
