import { disableAnonymousTracking, newTracker, trackStructEvent } from '@snowplow/browser-tracker';

newTracker('sp', window.collector, {
  appId: 'demo',
  // Off by default; for visitors who leave.
  keepalive: true,
  // Without consent it sends, but anonymously; it does not hold events for a later answer.
  respectDoNotTrack: window.mode === 'gpc',
  ...(/pending|denied/.test(window.mode) && {
    anonymousTracking: { withServerAnonymisation: true },
    stateStorageStrategy: 'none',
  }),
});
window.answer = () => disableAnonymousTracking({ stateStorageStrategy: 'cookieAndLocalStorage' });
window.emit = (name, { text = '' } = {}) => trackStructEvent({ category: 'test', action: name, label: text });
