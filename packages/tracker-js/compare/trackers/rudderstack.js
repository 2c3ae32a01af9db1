import { RudderAnalytics } from '@rudderstack/analytics-js/bundled';

const analytics = new RudderAnalytics();
analytics.load('demo', window.collector, { configUrl: window.collector, logLevel: 'NONE' });
window.emit = (name, properties) => analytics.track(name, properties);
