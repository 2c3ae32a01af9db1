import type { Settings } from '@tributary/engine';
import { type Logger, pino } from 'pino';

/** Logs are JSON lines on stderr: stdout is for the lines that people read. */
export function createLog(settings: Settings): Logger {
  return pino({ level: settings.logLevel, base: { pid: process.pid } }, pino.destination({ dest: 2, sync: true }));
}
