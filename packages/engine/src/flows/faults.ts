/** One fault of a definition: where it is (a JSON pointer), what it is, and what to do. */
export interface FlowFault {
  path: string;
  code: string;
  message: string;
}

/** A refusal of the flow catalog or the compiler. */
export class FlowError extends Error {
  override name = 'FlowError';
  readonly code: string;
  readonly faults: FlowFault[];
  constructor(code: string, message: string, faults: FlowFault[] = []) {
    super(message);
    this.code = code;
    this.faults = faults;
  }
}

/** One part of a JSON pointer. */
export function pointer(part: string | number): string {
  return `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
