import { describe, expect, it } from 'vitest';
import { definePlugin, Template, Type } from '../index.js';
import { ConfigFault, testDelivery, testPlugin } from './index.js';

const greet = definePlugin({
  name: 'greet',
  version: '1.0.0',
  title: 'Greet',
  config: Type.Object({ text: Template({ default: 'Hi {{ event.traits.name }}' }) }),
  ports: ['out', 'none'],
  check: ({ text }) => (text === 'bad' ? [{ path: '/text', message: 'not this' }] : []),
  run({ event, profile, render, test, read, emit }, { text }) {
    if (test({ '!': { var: 'event.traits.name' } })) return 'none';
    profile.set('traits.greeting.text', render(text));
    profile.increment('greetings', 2);
    profile.segment('greeted', true);
    profile.identify('email', String(read('event.traits.email')));
    emit({ type: 'track', name: 'Greeted' });
    return { port: 'out', output: event.type };
  },
});

describe('the test kit', () => {
  it('runs a plugin on an event and a profile', () => {
    const { port, output, profile, emitted } = testPlugin(greet, {
      event: { type: 'identify', traits: { name: 'Ada', email: 'a@b.example' } },
      profile: { traits: { greetings: 1 } },
    });
    expect({ port, output, emitted }).toEqual({
      port: 'out',
      output: 'identify',
      emitted: [{ type: 'track', name: 'Greeted' }],
    });
    expect(profile.view()).toMatchObject({
      traits: { greeting: { text: 'Hi Ada' }, greetings: 3 },
      segments: { greeted: true },
    });
    expect(profile.identified).toEqual([{ type: 'email', value: 'a@b.example', force: false }]);
    expect(testPlugin(greet).port).toBe('none');
  });

  it('refuses what the schema or the plugin refuses', () => {
    expect(() => testPlugin(greet, { config: { text: 1 } })).toThrowError(ConfigFault);
    expect(() => testPlugin(greet, { config: { text: 'bad' } })).toThrowError('/text: not this');
  });

  it('refuses a port that the plugin does not have', () => {
    expect(() => testPlugin({ ...greet, run: () => 'nowhere' })).toThrowError('no port nowhere');
  });

  it('delivers what was prepared', async () => {
    const send = definePlugin({
      name: 'send',
      version: '1.0.0',
      title: 'Send',
      config: Type.Object({}),
      ports: ['out'],
      prepare: ({ event }) => ({ destination: 'x', payload: { id: event.messageId } }),
      deliver: async ({ payload, attempt }) => ({ port: 'out', output: { payload, attempt } }),
    });
    expect(await testDelivery(send, { event: { messageId: 'm9' }, delivery: { attempt: 3 } })).toEqual({
      port: 'out',
      output: { payload: { id: 'm9' }, attempt: 3 },
      prepared: { destination: 'x', payload: { id: 'm9' } },
    });
  });
});
