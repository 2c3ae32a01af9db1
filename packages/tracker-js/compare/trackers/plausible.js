import { init, track } from '@plausible-analytics/tracker';

// It stores nothing and asks for no consent; who does not want to be counted sets this key.
if (window.mode === 'denied') localStorage.setItem('plausible_ignore', 'true');
init({
  domain: 'site.example',
  endpoint: `${window.collector}/api/event`,
  captureOnLocalhost: true,
  autoCapturePageviews: false,
  logging: false,
});
window.emit = (name, props) => track(name, { props });
