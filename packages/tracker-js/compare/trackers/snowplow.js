import { newTracker, trackStructEvent } from '@snowplow/browser-tracker';

newTracker('sp', window.collector, { appId: 'demo' });
window.emit = (name, { text = '' } = {}) => trackStructEvent({ category: 'test', action: name, label: text });
