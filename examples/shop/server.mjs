// The shop's own server: static files, and a receiver of webhooks that keeps the last ones to show them.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Webhook } from 'standardwebhooks';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};
const KEPT = 50;
const LARGEST = 256 * 1024;
// The same as in flows/notify.json. A shop that is no example keeps its secret to itself.
const webhooks = new Webhook('whsec_dGhlIHNob3AgZXhhbXBsZSwgbm90IGEgc2VjcmV0');
const publicFolder = fileURLToPath(new URL('public', import.meta.url));

export const flowsFolder = fileURLToPath(new URL('flows', import.meta.url));

function answer(response, status, type, body) {
  response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-cache' }).end(body);
}

const answerJson = (response, status, value) => answer(response, status, 'application/json', JSON.stringify(value));

async function readBody(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size <= LARGEST) chunks.push(chunk);
  }
  if (size > LARGEST) throw Object.assign(new Error('A webhook of more than 256 KB is not taken.'), { status: 413 });
  return Buffer.concat(chunks).toString();
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw Object.assign(new Error('The body of a webhook must be JSON.'), { status: 400 });
  }
}

/** Whether it comes from somebody who knows the secret, as the Standard Webhooks specification says. */
function isSigned(text, headers) {
  try {
    webhooks.verify(text, headers);
    return true;
  } catch {
    return false;
  }
}

export function createShop({ collector = '', writeKey = 'demo' } = {}) {
  const hooks = [];

  async function receive(request, response) {
    const text = await readBody(request);
    const body = parse(text);
    const verified = isSigned(text, request.headers);
    const { 'webhook-id': id = '', 'webhook-signature': signature = '' } = request.headers;
    const receivedAt = new Date().toISOString();
    hooks.unshift({ id: String(id), signature: String(signature), verified, receivedAt, body });
    hooks.splice(KEPT);
    answerJson(response, 200, { received: true });
  }

  async function file(pathname, response) {
    const full = join(publicFolder, normalize(pathname.slice('/shop/'.length) || 'index.html'));
    const type = TYPES[extname(full)];
    if (!type || !full.startsWith(publicFolder + sep)) return false;
    let content;
    try {
      content = await readFile(full);
    } catch {
      return false;
    }
    if (extname(full) === '.html') {
      content = content
        .toString()
        .replace("('demo', '/v1/batch')", `('${writeKey}', '${collector}/v1/batch')`)
        .replace('src="/t.js" data-key="demo"', `src="${collector}/t.js" data-key="${writeKey}"`);
    }
    answer(response, 200, type, content);
    return true;
  }

  async function handle(request, response) {
    const { pathname } = new URL(request.originalUrl ?? request.url, 'http://shop');
    if (pathname === '/shop') {
      response.writeHead(308, { Location: '/shop/' }).end();
      return true;
    }
    if (!pathname.startsWith('/shop/')) return false;
    if (request.method === 'POST' && pathname === '/shop/hooks') {
      await receive(request, response);
      return true;
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') return false;
    if (pathname === '/shop/hooks.json') {
      answerJson(response, 200, { items: hooks });
      return true;
    }
    return file(pathname, response);
  }

  return {
    handler(request, response, next) {
      handle(request, response).then(
        (handled) => handled || next(),
        (error) => (error.status ? answerJson(response, error.status, { error: error.message }) : next(error)),
      );
    },
  };
}

async function main() {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '8090' },
      collector: { type: 'string', default: 'http://127.0.0.1:8080' },
      key: { type: 'string', default: 'demo' },
    },
  });
  const shop = createShop({ collector: values.collector.replace(/\/+$/, ''), writeKey: values.key });
  const server = createServer((request, response) =>
    shop.handler(request, response, (error) => {
      if (!error && request.url === '/') response.writeHead(302, { Location: '/shop/' }).end();
      else answer(response, error ? 500 : 404, 'text/plain; charset=utf-8', error ? 'Something broke.' : 'Not found.');
    }),
  );
  server.listen(Number(values.port), '127.0.0.1', () => {
    console.log(`Shop on http://127.0.0.1:${server.address().port}/shop/ with the collector ${values.collector}`);
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
