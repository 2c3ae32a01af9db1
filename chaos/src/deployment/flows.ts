import { POISON } from '../workload/types.js';

const order = { events: ['track'], names: ['Order Completed'] };

/** The flows of the test; their meaning is written down a second time in the oracle's model. */
export function flows(hookUrl: string, otherUrl: string) {
  return [
    {
      id: 'plan',
      trigger: { events: ['track'], names: ['Plan Changed'] },
      nodes: {
        copy: {
          plugin: 'copy-to-profile@1.0.0',
          config: {
            mappings: [
              { from: 'event.properties.plan', to: 'traits.plan' },
              { from: 'event.properties.step', to: 'traits.step' },
            ],
          },
        },
      },
      edges: [{ from: 'trigger', to: 'copy' }],
    },
    {
      id: 'orders',
      trigger: order,
      nodes: {
        orders: { plugin: 'increment@1.0.0', config: { trait: 'orders', by: 1 } },
        revenue: { plugin: 'increment@1.0.0', config: { trait: 'revenue', from: 'event.properties.total' } },
        emit: {
          plugin: 'emit-event@1.0.0',
          config: { name: 'Order Counted', properties: { total: { from: 'event.properties.total' } } },
        },
        tell: { plugin: 'webhook@1.0.0', config: { url: hookUrl } },
        told: { plugin: 'increment@1.0.0', config: { trait: 'told', by: 1 } },
      },
      edges: [
        { from: 'trigger', to: 'orders' },
        { from: 'orders', to: 'revenue' },
        { from: 'revenue', to: 'emit' },
        { from: 'trigger', to: 'tell' },
        { from: 'tell.out', to: 'told' },
      ],
    },
    {
      id: 'counted',
      trigger: { events: ['track'], names: ['Order Counted'] },
      nodes: { add: { plugin: 'increment@1.0.0', config: { trait: 'counted', from: 'event.properties.total' } } },
      edges: [{ from: 'trigger', to: 'add' }],
    },
    {
      id: 'groups',
      trigger: { events: ['group'] },
      nodes: { note: { plugin: 'webhook@1.0.0', config: { url: otherUrl } } },
      edges: [{ from: 'trigger', to: 'note' }],
    },
    {
      id: 'poison',
      trigger: { events: ['track'], names: [POISON] },
      nodes: { end: { plugin: 'poison@1.0.0', config: {} } },
      edges: [{ from: 'trigger', to: 'end' }],
    },
    {
      id: 'cart',
      trigger: { events: ['track'], names: ['Cart Updated'] },
      nodes: {
        full: {
          plugin: 'segment@1.0.0',
          config: { segment: 'full-cart', action: 'match', when: { '>': [{ var: 'event.properties.items' }, 0] } },
        },
        hold: { plugin: 'wait@1.0.0', config: { for: { seconds: 2 } } },
        waited: { plugin: 'increment@1.0.0', config: { trait: 'waited', by: 1 } },
      },
      edges: [
        { from: 'trigger', to: 'full' },
        { from: 'full', to: 'hold' },
        { from: 'hold', to: 'waited' },
      ],
    },
  ];
}
