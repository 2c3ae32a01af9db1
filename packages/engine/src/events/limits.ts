/** Limits of the collect API (docs/collect.md). Bytes are UTF-8. */
export const LIMITS = {
  requestBytes: 500 * 1024,
  eventsPerRequest: 2_500,
  eventBytes: 32 * 1024,
  /** Levels of nesting in one event: deeper is refused, so that no code that walks it can overflow. */
  depth: 64,
  messageIdLength: 255,
  nameLength: 1_024,
  identifierLength: 255,
  /** How much of an event that was too large is kept in quarantine. */
  shortenedBytes: 2 * 1024,
  /** Flows deep that an event may be emitted. */
  emitDepth: 8,
} as const;
