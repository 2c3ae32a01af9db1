import { AnalyticsBrowser } from '@segment/analytics-next';

const { host } = new URL(window.collector);
const destination = { apiKey: 'demo', apiHost: `${host}/v1`, protocol: 'http' };
// The settings that its script would fetch first are given: one request less that can be late.
const analytics = AnalyticsBrowser.load(
  { writeKey: 'demo', cdnSettings: { integrations: { 'Segment.io': destination } } },
  { integrations: { 'Segment.io': destination } },
);
window.emit = (name, properties) => void analytics.track(name, properties);
