import { AnalyticsBrowser } from '@segment/analytics-next';

const { host } = new URL(window.collector);
const destination = {
  apiKey: 'demo',
  apiHost: `${host}/v1`,
  protocol: 'http',
  // Off by default; for visitors who leave.
  deliveryStrategy: { config: { keepalive: true } },
};
const options = { integrations: { 'Segment.io': destination }, disable: window.mode === 'denied' };
// The settings that its script would fetch first are given: one request less that can be late.
const settings = { writeKey: 'demo', cdnSettings: { integrations: { 'Segment.io': destination } } };
const analytics = new AnalyticsBrowser();
window.answer = () => analytics.load(settings, options);
// Before it is loaded it keeps the calls: its way to wait for consent.
if (window.mode !== 'pending') window.answer();
window.emit = (name, properties) => void analytics.track(name, properties);
