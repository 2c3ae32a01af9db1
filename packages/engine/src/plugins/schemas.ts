import { KEYWORD, type Kind } from '@tributary/sdk';
import { Ajv, type ErrorObject, type SchemaValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import {
  checkCondition,
  createTemplates,
  ExpressionError,
  parsePath,
  type Templates,
} from '../flows/expressions/index.js';
import { type FlowFault, pointer } from '../flows/faults.js';

/** Ajv with the keyword that says that a text is a condition, a template or a path. */
export function createAjv(): Ajv {
  const ajv = new Ajv({ allErrors: true, useDefaults: true, strict: false });
  formats.default(ajv);
  const templates = createTemplates();
  const validate: SchemaValidateFunction = (kind: Kind, value: unknown) => {
    const faults = check(kind, value, templates);
    validate.errors = faults.map((fault) => ({
      keyword: KEYWORD,
      message: fault.message,
      params: { code: fault.code, path: fault.path },
    }));
    return faults.length === 0;
  };
  ajv.addKeyword({ keyword: KEYWORD, validate, errors: true, modifying: false });
  return ajv;
}

function check(kind: Kind, value: unknown, templates: Templates): ExpressionError[] {
  if (kind === 'condition') return checkCondition(value as Parameters<typeof checkCondition>[0]);
  if (typeof value !== 'string') return [];
  try {
    if (kind === 'template') templates.parse(value);
    else parsePath(value);
    return [];
  } catch (error) {
    if (error instanceof ExpressionError) return [error];
    throw error;
  }
}

const MAX_FAULTS = 100;

/** What Ajv found, each with a JSON pointer below `base`. */
export function faultsOf(errors: readonly ErrorObject[] | null | undefined, base = ''): FlowFault[] {
  return (errors ?? []).slice(0, MAX_FAULTS).map((error) => {
    const params = error.params as Record<string, unknown>;
    const at = base + error.instancePath;
    switch (error.keyword) {
      case KEYWORD:
        return { path: at + String(params.path), code: String(params.code), message: error.message ?? '' };
      case 'required':
        return {
          path: at + pointer(String(params.missingProperty)),
          code: 'MISSING',
          message: `${String(params.missingProperty)} is needed here.`,
        };
      case 'additionalProperties':
        return {
          path: at + pointer(String(params.additionalProperty)),
          code: 'UNKNOWN_PROPERTY',
          message: `There is no property ${JSON.stringify(params.additionalProperty)} here.`,
        };
      case 'enum':
        return { path: at, code: 'NOT_ALLOWED', message: `Must be one of ${JSON.stringify(params.allowedValues)}.` };
      default:
        return { path: at, code: 'SCHEMA', message: `The value ${error.message ?? 'does not fit the schema'}.` };
    }
  });
}
