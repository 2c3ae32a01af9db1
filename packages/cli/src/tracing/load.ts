import type { Role, Settings } from '@tributary/engine';
import type { RunningTracing } from './tracing.js';

/** Traces where the settings ask for them; else OpenTelemetry is not even loaded. */
export async function loadTracing(
  { otlpEndpoint }: Pick<Settings, 'otlpEndpoint'>,
  roles: readonly Role[],
): Promise<RunningTracing | undefined> {
  if (otlpEndpoint === undefined) return undefined;
  const { createTracing } = await import('./tracing.js');
  return createTracing({ endpoint: otlpEndpoint, roles });
}
