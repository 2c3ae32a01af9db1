/** What the api needs of a logger: a pino logger is one. It is given no bodies, query strings or addresses. */
export interface Log {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}
