import { definePlugin, Type } from '@tributary/sdk';
import { describe, expect, it } from 'vitest';
import { PluginRegistry } from './registry.js';

const make = (version: string, name = 'a') =>
  definePlugin({
    name,
    version,
    title: 'A',
    config: Type.Object({ n: Type.Number({ default: 3 }) }, { additionalProperties: false }),
    ports: ['out'],
    run: () => 'out',
  });

describe('PluginRegistry', () => {
  it('keeps versions side by side and resolves ranges to the highest', () => {
    const registry = new PluginRegistry();
    for (const version of ['1.2.0', '1.10.0', '2.0.0', '3.0.0-beta.1']) registry.register(make(version));
    expect(registry.resolve('a@^1')?.version).toBe('1.10.0');
    expect(registry.resolve('a@1.2.0')?.version).toBe('1.2.0');
    expect(registry.resolve('a')?.version).toBe('2.0.0');
    expect(registry.resolve('a@^4')).toBeUndefined();
    expect(registry.resolve('a@nonsense range')).toBeUndefined();
    expect(registry.get('a@1.2.0')?.version).toBe('1.2.0');
    expect(registry.get('a@^1')).toBeUndefined();
    expect(registry.get('__proto__@constructor')).toBeUndefined();
    expect(registry.versions('a')).toEqual(['1.2.0', '1.10.0', '2.0.0', '3.0.0-beta.1']);
  });

  it('refuses other code under a version that is taken', () => {
    const registry = new PluginRegistry();
    const plugin = make('1.0.0');
    registry.register(plugin);
    registry.register(plugin);
    expect(() => registry.register(make('1.0.0'))).toThrowError(/registered already/);
  });

  it('lists plugins with the JSON Schema of their config', () => {
    const registry = new PluginRegistry();
    registry.register(make('1.0.0', 'b'));
    registry.register(make('1.0.0'));
    expect(registry.list().map(({ name }) => name)).toEqual(['a', 'b']);
    expect(registry.list()[0]).toMatchObject({
      kind: 'run',
      ports: ['out'],
      config: { type: 'object', properties: { n: { type: 'number', default: 3 } } },
    });
  });

  it('fills in defaults without touching what was given', () => {
    const registry = new PluginRegistry();
    const plugin = make('1.0.0');
    registry.register(plugin);
    const config = {};
    expect(registry.checkConfig(plugin, config)).toEqual({ config: { n: 3 }, faults: [] });
    expect(config).toEqual({});
    expect(registry.checkConfig(plugin, { n: 'x', m: 1 }, '/c').faults.map((f) => [f.path, f.code])).toEqual([
      ['/c/m', 'UNKNOWN_PROPERTY'],
      ['/c/n', 'SCHEMA'],
    ]);
  });

  it.each([
    [null, /definePlugin/],
    [{ ...make('1.0.0'), name: 'Bad Name' }, /lower case/],
    [{ ...make('1.0.0'), version: '^1.0.0' }, /exact semver/],
    [{ ...make('1.0.0'), title: '' }, /title/],
    [{ ...make('1.0.0'), ports: [] }, /ports/],
    [{ ...make('1.0.0'), ports: ['a.b'] }, /ports/],
    [{ ...make('1.0.0'), wait: () => 1 }, /exactly one/],
    [{ ...make('1.0.0'), run: 1 }, /must be a function/],
    [{ ...make('1.0.0'), config: { type: 'nonsense' } }, /no valid JSON Schema/],
  ])('refuses a plugin of a wrong shape: %#', (plugin, message) => {
    expect(() => new PluginRegistry().register(plugin as ReturnType<typeof make>)).toThrowError(message);
  });
});
