import type { TSchema } from '@sinclair/typebox';
import type { Json } from '@tributary/sdk';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { type Fault, HttpError } from '../http/errors.js';
import type { Route } from './route.js';

export interface Validators {
  params: (value: unknown) => void;
  query: (value: unknown) => void;
  body: (value: Json) => void;
}

// Text of an address becomes what the schema asks for (`limit=10`); a body is taken as it is.
const addresses = new Ajv({
  coerceTypes: true,
  useDefaults: true,
  allErrors: true,
  addUsedSchema: false,
  strict: false,
});
const bodies = new Ajv({ allErrors: true, strict: false });

/** Compiles a route's schemas. Each check throws a 400 that names every fault. */
export function validatorsOf(route: Route): Validators {
  return {
    params: check(addresses, route.params, ''),
    query: check(addresses, route.query, ''),
    body: check(bodies, route.body, ''),
  };
}

function check(ajv: Ajv, schema: TSchema | undefined, prefix: string): (value: unknown) => void {
  if (!schema) return () => {};
  const validate: ValidateFunction = ajv.compile(schema);
  return (value) => {
    if (validate(value)) return;
    const faults = (validate.errors ?? []).map((error) => faultOf(error, prefix));
    const first = faults[0] as Fault;
    throw new HttpError(400, 'INVALID', `${first.path || 'The request'} ${first.message}.`, {
      path: first.path,
      faults,
    });
  };
}

function faultOf(error: ErrorObject, prefix: string): Fault {
  const { instancePath, keyword, message = 'is not valid', params } = error;
  const property: unknown = params.missingProperty ?? params.additionalProperty;
  const path = typeof property === 'string' ? `${instancePath}/${escapePointer(property)}` : instancePath;
  return { path: prefix + path, code: keyword, message };
}

const escapePointer = (key: string) => key.replaceAll('~', '~0').replaceAll('/', '~1');
