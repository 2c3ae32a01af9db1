import { describe, expect, it } from 'vitest';
import { DestinationLabels } from './destinations.js';

describe('the label of a destination', () => {
  it('is the host alone', () => {
    const labels = new DestinationLabels();
    expect(labels.of('https://ann:pw@crm.example:8443/hook?token=ann')).toBe('crm.example:8443');
    expect(labels.of('https://crm.example:8443')).toBe('crm.example:8443');
    expect(labels.of('oracle')).toBe('oracle');
    expect(labels.of('Ann of a place')).toBe('other');
    expect(labels.of('')).toBe('other');
  });

  it('is one of a bounded number', () => {
    const labels = new DestinationLabels(3);
    const seen = new Set(Array.from({ length: 1_000 }, (_, n) => labels.of(`https://h${n}.example`)));
    expect([...seen]).toEqual(['h0.example', 'h1.example', 'h2.example', 'other']);
    expect(labels.of('https://h1.example/another')).toBe('h1.example');
  });
});
