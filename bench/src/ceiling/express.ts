import type { AddressInfo } from 'node:net';
import express from 'express';
import { tell } from '../programs/program.js';

/** Ceiling of the way in: Express with its JSON parser, and nothing behind it. */
const app = express();
app.use(express.json({ limit: '1mb' }));
app.post(['/v1/track', '/v1/batch'], (_request, response) => {
  response.json({ success: true });
});
const server = app.listen(0, '127.0.0.1', () => {
  tell({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
});
process.on('disconnect', () => process.exit(0));
