import { definePlugin, Type } from '@tributary/sdk';

/** A node with an effect: it tells `there` the name of the event, and goes on when that has answered. */
export const tell = definePlugin({
  name: 'tell',
  version: '1.0.0',
  title: 'Tell',
  config: Type.Object({}),
  ports: ['out'],
  prepare: ({ event }) => ({ destination: 'there', payload: { name: event.name ?? null } }),
  deliver: async () => 'out',
});
