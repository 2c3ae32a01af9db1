import { CliError } from '../errors.js';

/** Where a running deployment is, and the token for it. */
export interface Target {
  url: string;
  token: string | undefined;
}

interface Refusal {
  error?: { code?: string; message?: string; faults?: { path: string; message: string }[] };
}

/** Speaks to the management API of a running deployment. Commands never open its database themselves. */
export class ApiClient {
  constructor(private readonly target: Target) {}

  get<T>(path: string): Promise<T> {
    return this.#ask('GET', path);
  }
  put<T>(path: string, body: unknown): Promise<T> {
    return this.#ask('PUT', path, body);
  }
  post<T>(path: string, body?: unknown): Promise<T> {
    return this.#ask('POST', path, body);
  }

  async #ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const { url, token } = this.target;
    if (token === undefined) {
      throw new CliError('There is no management token: set TRIBUTARY_ADMIN_TOKEN, or give --token.');
    }
    const answer = await fetch(`${url.replace(/\/+$/, '')}${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }).catch(() => {
      throw new CliError(`Nothing answers at ${url}: start Tributary, or set TRIBUTARY_URL to where it runs.`);
    });
    const said = (await answer.json().catch(() => ({}))) as T & Refusal;
    if (!answer.ok) throw new CliError(refusalText(answer.status, said));
    return said;
  }
}

function refusalText(status: number, { error }: Refusal): string {
  const faults = (error?.faults ?? []).map(({ path, message }) => `\n  ${path || '/'}: ${message}`);
  return `${error?.message ?? `The server answered ${status}.`}${faults.join('')}`;
}
