import { expect, it } from 'vitest';
import { anEvent, aProfile, iso } from '../storage/contract/builders.js';
import { FlowDraft } from './draft.js';

const by = { event: '0', source: 'web' };

it('shows each part as it was when the view was taken, whenever it is read', () => {
  const profile = aProfile({ traits: { plan: { value: 'free', at: iso(0), by } } });
  const draft = new FlowDraft(profile, anEvent(), { id: 'f', version: 1 }, () => {});
  const before = draft.view();
  expect(draft.view()).toBe(before);
  draft.set('traits.plan', 'pro');
  draft.segment('fans', true);
  const after = draft.view();
  expect([before.traits, before.segments]).toEqual([{ plan: 'free' }, {}]);
  expect([after.traits, after.segments]).toEqual([{ plan: 'pro' }, { fans: true }]);
  draft.unset('plan');
  draft.increment('visits', 2);
  expect([after.traits, draft.view().traits]).toEqual([{ plan: 'pro' }, { visits: 2 }]);
});

it('is written as JSON whole', () => {
  const profile = aProfile();
  const draft = new FlowDraft(profile, anEvent(), { id: 'f', version: 1 }, () => {});
  expect(JSON.parse(JSON.stringify(draft.view()))).toEqual({
    id: profile.id,
    identifiers: { userId: ['u-1'] },
    traits: { email: 'a@b.example' },
    events: { 'Product Viewed': 3 },
    segments: {},
    sessions: 1,
    firstSeen: profile.firstSeen,
    lastSeen: profile.lastSeen,
  });
});
