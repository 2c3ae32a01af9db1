import posthog from 'posthog-js';

posthog.init('phc_demo', {
  api_host: window.collector,
  // What would load more scripts from elsewhere is off, and the headless browser is not taken for a robot.
  disable_external_dependency_loading: true,
  advanced_disable_flags: true,
  opt_out_useragent_filter: true,
  respect_dnt: window.mode === 'gpc',
  ...(/pending|denied/.test(window.mode) && {
    opt_out_capturing_by_default: true,
    opt_out_persistence_by_default: true,
  }),
});
if (window.mode === 'denied') posthog.opt_out_capturing();
window.answer = () => posthog.opt_in_capturing();
window.emit = (name, properties) => void posthog.capture(name, properties);
