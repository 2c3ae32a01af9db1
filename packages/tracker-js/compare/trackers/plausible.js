import { init, track } from '@plausible-analytics/tracker';

init({
  domain: 'site.example',
  endpoint: `${window.collector}/api/event`,
  captureOnLocalhost: true,
  autoCapturePageviews: false,
  logging: false,
});
window.emit = (name, props) => track(name, { props });
