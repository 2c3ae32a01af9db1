import { jitsuAnalytics } from '@jitsu/js';

const analytics = jitsuAnalytics({ host: window.collector, writeKey: 'demo' });
window.emit = (name, properties) => void analytics.track(name, properties);
