import { type Settings, safeError } from '@tributary/engine';
import { type Logger, pino } from 'pino';

/** Logs are JSON lines on stderr: stdout is for the lines that people read. */
export function createLog(settings: Settings): Logger {
  const serializers = { err: (error: unknown) => safeError(error) };
  const options = { level: settings.logLevel, base: { pid: process.pid }, serializers };
  return pino(options, pino.destination({ dest: 2, sync: true }));
}
