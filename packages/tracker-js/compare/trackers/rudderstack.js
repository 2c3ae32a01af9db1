import { RudderAnalytics } from '@rudderstack/analytics-js/bundled';

const analytics = new RudderAnalytics();
analytics.load('demo', window.collector, {
  configUrl: window.collector,
  logLevel: 'NONE',
  ...(/pending|denied/.test(window.mode) && {
    consentManagement: { enabled: true, provider: 'custom' },
    // Before the answer it stores nothing, by default, and keeps the events.
    preConsent: { enabled: true, events: { delivery: 'buffer' } },
  }),
});
const consent = (allowedConsentIds, deniedConsentIds, rest) =>
  analytics.consent({ consentManagement: { enabled: true, allowedConsentIds, deniedConsentIds }, ...rest });
if (window.mode === 'denied') consent([], ['analytics'], { discardPreConsentEvents: true, storage: { type: 'none' } });
window.answer = () => consent(['analytics'], []);
window.emit = (name, properties) => analytics.track(name, properties);
