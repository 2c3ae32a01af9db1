import { deliveryRoutes } from './deliveries.js';
import { flowRoutes } from './flows.js';
import { operationRoutes } from './operations.js';
import { profileRoutes } from './profiles.js';
import { rejectedRoutes } from './rejected.js';
import type { Route } from './route.js';
import { sourceRoutes } from './sources.js';

/** Every route of the management API. */
export const ROUTES: readonly Route[] = [
  ...sourceRoutes,
  ...flowRoutes,
  ...profileRoutes,
  ...deliveryRoutes,
  ...rejectedRoutes,
  ...operationRoutes,
];
