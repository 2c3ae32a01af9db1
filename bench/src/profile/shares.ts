/** A CPU profile as V8 writes it. */
export interface CpuProfile {
  nodes: {
    id: number;
    callFrame: { functionName: string; url: string };
    children?: number[];
  }[];
  samples: number[];
  timeDeltas: number[];
}

/** What a program spends its time on, in the order of the picture. */
export const PARTS = ['http', 'json', 'queue', 'identity', 'apply', 'flows', 'write', 'gc', 'runtime'] as const;
export type Part = (typeof PARTS)[number];

/** JSON.parse and JSON.stringify lie in no file, and V8 often counts them to the function that calls nothing else. */
export const JSON_CALLS: readonly [RegExp, ReadonlySet<string>][] = [
  [/^$/, new Set(['parse', 'stringify'])],
  [/storage\/codec\.js$/, new Set(['encode', 'decode'])],
  [/postgres\/sql\.js$/, new Set(['asRows'])],
  [/events\/sealed\.js$/, new Set(['sealGroups', 'seal'])],
  [/queue\/codec\.js$/, new Set(['jobName', 'batchOf'])],
  [/http\/json\.js$/, new Set(['parseJson'])],
  [/bullmq\/.*\/job\.js$/, new Set(['asJSON', 'fromJSON'])],
];

/** Folders and packages, and what their time is spent on; the first that fits counts. */
const PLACES: readonly [RegExp, Part][] = [
  [/node_modules\/(bullmq|ioredis|redis-parser|msgpackr|cron-parser)\//, 'queue'],
  [/node_modules\/(pg|pg-[a-z]+|postgres-[a-z]+|mongodb|bson|@electric-sql)\//, 'write'],
  [/node_modules\/(json-logic-js|liquidjs)\//, 'flows'],
  [/node_modules\/(express|router|send|finalhandler|qs|undici)\//, 'http'],
  [/engine\/dist\/(queue|collect)\//, 'queue'],
  [/engine\/dist\/storage\//, 'write'],
  [/engine\/dist\/identity\//, 'identity'],
  [/engine\/dist\/flows\/|plugins\/dist\/|profiles\/draft/, 'flows'],
  [/engine\/dist\/(profiles|pipeline|events)\//, 'apply'],
  [/api\/dist\/|node:_?http|node:internal\/http/, 'http'],
];

/** Microseconds of work by part, without the time in which the program waited or loaded its modules. */
export function shares({ nodes, samples, timeDeltas }: CpuProfile): Record<Part, number> {
  const parentOf = new Map<number, number>();
  const byId = new Map(nodes.map((node) => [node.id, node]));
  for (const { id, children = [] } of nodes) for (const child of children) parentOf.set(child, id);
  const known = new Map<number, Part | 'loading' | undefined>();
  const found = Object.fromEntries(PARTS.map((part) => [part, 0])) as Record<Part, number>;

  /** A frame that belongs to nobody is its caller's. */
  const partOf = (id: number | undefined): Part | 'loading' | undefined => {
    if (id === undefined) return undefined;
    if (!known.has(id)) known.set(id, ownPart(byId.get(id)?.callFrame) ?? partOf(parentOf.get(id)));
    return known.get(id);
  };
  samples.forEach((id, i) => {
    const name = byId.get(id)?.callFrame.functionName;
    if (name === '(idle)') return;
    const part = partOf(id) ?? 'runtime';
    if (part !== 'loading') found[part] += Math.max(0, timeDeltas[i] ?? 0);
  });
  return found;
}

function ownPart(frame: { functionName: string; url: string } | undefined): Part | 'loading' | undefined {
  if (!frame) return undefined;
  // The start of the program is a figure of its own.
  if (/^node:internal\/(modules|bootstrap|deps)\//.test(frame.url)) return 'loading';
  if (frame.functionName === '(garbage collector)') return 'gc';
  if (JSON_CALLS.some(([place, names]) => place.test(frame.url) && names.has(frame.functionName))) return 'json';
  return PLACES.find(([place]) => place.test(frame.url))?.[1];
}
