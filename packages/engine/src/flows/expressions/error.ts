/** A condition, template or path that cannot be read or that does too much. `path` is a JSON pointer into it. */
export class ExpressionError extends Error {
  override name = 'ExpressionError';
  readonly code: string;
  readonly path: string;
  constructor(code: string, message: string, path = '') {
    super(message);
    this.code = code;
    this.path = path;
  }
}
