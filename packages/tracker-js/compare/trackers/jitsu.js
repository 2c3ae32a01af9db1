import { jitsuAnalytics } from '@jitsu/js';

// Without consent nothing is sent, and no id is kept; it does not hold events for a later answer.
const without = { dontSend: true, disableUserIds: true };
const analytics = jitsuAnalytics({
  host: window.collector,
  writeKey: 'demo',
  // What it takes by default is no domain where the page has a number for a name.
  cookieDomain: location.hostname,
  privacy: /pending|denied/.test(window.mode) ? without : {},
});
window.answer = () => analytics.configure({ privacy: { dontSend: false, disableUserIds: false } });
window.emit = (name, properties) => void analytics.track(name, properties);
