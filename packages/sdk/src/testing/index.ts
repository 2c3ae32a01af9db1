export { testEvent } from './event.js';
export { ConfigFault, checkedConfig, type TestOutcome, type TestSetup, testDelivery, testPlugin } from './plugin.js';
export { type IdentifyCall, type TestProfile, testProfile } from './profile.js';
