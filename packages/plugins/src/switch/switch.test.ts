import { testPlugin } from '@tributary/sdk/testing';
import { expect, it } from 'vitest';
import { switchPlugin } from './switch.js';

const over = (port: string, n: number) => ({ port, when: { '>=': [{ var: 'event.properties.n' }, n] } });
const config = { cases: [over('gold', 100), over('silver', 10)] };

it('takes the first case that holds, or default', () => {
  const port = (n: number) => testPlugin(switchPlugin, { config, event: { properties: { n } } }).port;
  expect([port(500), port(50), port(5)]).toEqual(['gold', 'silver', 'default']);
});

it('has a port for each case', () => {
  const { ports } = switchPlugin;
  expect(typeof ports === 'function' && ports(config)).toEqual(['gold', 'silver', 'default']);
});

it('refuses a port that is there already', () => {
  for (const port of ['gold', 'default'])
    expect(() => testPlugin(switchPlugin, { config: { cases: [over('gold', 1), over(port, 2)] } })).toThrowError(
      '/cases/1/port',
    );
});
