import { Validator } from '@seriousme/openapi-schema-validator';
import { expect, it } from 'vitest';
import { ROUTES } from '../manage/table.js';
import { openApiDocument } from './document.js';

// As a client gets it: without what JSON does not carry.
const document = JSON.parse(JSON.stringify(openApiDocument(ROUTES)));

it('is a valid OpenAPI 3.1 document', async () => {
  const result = await new Validator().validate(structuredClone(document));
  expect(result.errors ?? []).toEqual([]);
  expect(result.valid).toBe(true);
});

it('has every route of the table, each with an operationId of its own', () => {
  const ids = new Set<string>();
  for (const { path, method } of ROUTES) ids.add(document.paths[path][method].operationId);
  expect(ids.size).toBe(ROUTES.length);
});

it('names a path parameter for every place in a path', () => {
  for (const { path, method } of ROUTES) {
    const places = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const parameters: { in: string; name: string }[] = document.paths[path][method].parameters ?? [];
    expect(parameters.filter((one) => one.in === 'path').map(({ name }) => name)).toEqual(places);
  }
});
