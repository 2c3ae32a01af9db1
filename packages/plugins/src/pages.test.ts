import { readFileSync } from 'node:fs';
import { checkedConfig } from '@tributary/sdk/testing';
import { describe, expect, it } from 'vitest';
import { plugins } from './index.js';

const page = (name: string) => readFileSync(new URL(`./${name}/README.md`, import.meta.url), 'utf8');

describe.each(plugins.map((plugin) => [plugin.name, plugin] as const))('the page of %s', (name, plugin) => {
  it('has a row for each setting, with its default', () => {
    const properties = plugin.config.properties as { [key: string]: { default?: unknown } };
    for (const [key, schema] of Object.entries(properties)) {
      const row = page(name)
        .split('\n')
        .find((line) => line.startsWith(`| \`${key}\` |`));
      expect(row, key).toBeDefined();
      if (schema.default !== undefined)
        for (const value of [schema.default].flat())
          expect(row?.split('|').slice(-3).join(), key).toContain(String(value));
    }
  });

  it('names each port', () => {
    const ports = typeof plugin.ports === 'function' ? ['default'] : plugin.ports;
    const line = page(name)
      .split('\n')
      .find((text) => text.startsWith('Ports: '));
    for (const port of ports) expect(line).toContain(`\`${port}\``);
  });

  it('has an example that this version takes', () => {
    const [, json = ''] = /```json\n([\s\S]*?)```/.exec(page(name)) ?? [];
    const node = JSON.parse(json) as { plugin: string; config: never };
    expect(node.plugin).toBe(`${name}@^1`);
    expect(checkedConfig(plugin, node.config)).toMatchObject(node.config);
  });
});
