export { type Static, type TSchema, Type } from '@sinclair/typebox';
export { withDeadline } from './deadline.js';
export { EVENT_TYPES, type Event, type EventType, type Json, type JsonObject } from './event.js';
export {
  type DeliverContext,
  type DeliverPlugin,
  DeliveryError,
  definePlugin,
  type EmittedEvent,
  type Outcome,
  type Plugin,
  type ProfileDraft,
  type ProfileView,
  type RunContext,
  type RunPlugin,
  type SessionView,
  type WaitPlugin,
} from './plugin.js';
export { Condition, KEYWORD, type Kind, OneOf, Path, Template } from './schemas.js';
