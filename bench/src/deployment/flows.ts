/** The three nodes that each event of the figures passes. */
export function threeNodes(id = 'bench', event = 'Product Viewed') {
  return {
    id,
    trigger: { events: ['track'], names: [event] },
    nodes: {
      copy: {
        plugin: 'copy-to-profile@1.0.0',
        config: {
          mappings: [
            { from: 'event.properties.category', to: 'traits.category' },
            { from: 'event.messageId', to: 'traits.seen' },
          ],
        },
      },
      count: { plugin: 'increment@1.0.0', config: { trait: 'views', by: 1 } },
      fan: {
        plugin: 'segment@1.0.0',
        config: { segment: 'fans', action: 'match', when: { '>': [{ var: 'profile.traits.views' }, 10] } },
      },
    },
    edges: [
      { from: 'trigger', to: 'copy' },
      { from: 'copy.out', to: 'count' },
      { from: 'count.out', to: 'fan' },
    ],
  };
}

export const SECRET = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`;

/** Tells a receiver of each event. */
export function webhookFlow(url: string) {
  return {
    id: 'tell',
    trigger: { events: ['track'], names: ['Product Viewed'] },
    nodes: { tell: { plugin: 'webhook@1.0.0', config: { url, secret: SECRET, include: ['event'] } } },
    edges: [{ from: 'trigger', to: 'tell' }],
  };
}

/** Flows that wait for other events: they are live, and nothing triggers them. */
export function idleFlows(n: number) {
  return Array.from({ length: n }, (_, i) => threeNodes(`idle-${i}`, `Something Else ${i}`));
}
