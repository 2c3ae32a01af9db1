import { Ajv } from 'ajv';
import { expect } from 'vitest';
import type { Route } from '../manage/route.js';
import { ErrorSchema } from '../manage/schemas/common.js';
import { ROUTES } from '../manage/table.js';

const ajv = new Ajv({ strict: false, validateFormats: false });

/** Asks the management API, and holds every answer against the schema that the OpenAPI document gives for it. */
export function clientOf(url: string, token: string) {
  return async function ask<T = Record<string, unknown>>(method: string, path: string, body?: unknown) {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const said: unknown = await answer.json();
    const route = routeOf(method, path);
    const validate = ajv.compile(answer.ok && route ? route.answer.schema : ErrorSchema);
    expect(validate(said) ? [] : validate.errors, `${method} ${path}`).toEqual([]);
    if (answer.ok) expect(answer.status).toBe(route?.answer.status);
    else expect([400, 401, 405, 503, ...(route?.refusals ?? [404])]).toContain(answer.status);
    return { status: answer.status, body: said as T };
  };
}

function routeOf(method: string, path: string): Route | undefined {
  const [plain = ''] = path.split('?');
  return ROUTES.find((route) => {
    const pattern = route.path.replace(/\{\w+\}/g, '[^/]+');
    return route.method === method.toLowerCase() && new RegExp(`^${pattern}$`).test(plain);
  });
}

/** Waits until `look` finds something. */
export async function eventually<T>(look: () => Promise<T | undefined | false>): Promise<T> {
  const deadline = Date.now() + 15_000;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error('It did not come about within 15 s.');
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}
