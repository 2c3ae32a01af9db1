import { deploy } from '../deployment/deployment.js';
import { startLoad } from '../load/load.js';
import { load as loadAverage } from '../machine/load.js';
import { API_FLAGS } from '../machine/node.js';
import { CORES, pin, unpin } from '../machine/pin.js';
import { startProgram } from '../programs/program.js';
import { emptied } from '../servers/backends.js';
import { inTurn } from './compare.js';
import type { Context, Figure, Line } from './figure.js';

/** Seconds of the same load before anything is measured: so long V8 compiles, on the same core. */
const WARM = 5;

/** The way in, against an Express that only parses: acknowledged requests. */
export const collect: Figure = {
  name: 'collect',
  title: 'collect, acknowledged requests/s',
  async run(context) {
    const lines: Line[] = [];
    for (const size of [1, 20]) for (const connections of [50, 500]) lines.push(await line(context, size, connections));
    return lines;
  },
};

async function line({ servers, scale }: Context, size: number, connections: number): Promise<Line> {
  const before = loadAverage();
  const backend = await servers.fresh('postgres');
  const redis = await servers.redis();
  // An api alone: whether workers keep up is the next figure.
  const tributary = await deploy({ backend, workers: 0 });
  const express = await startProgram<object, { url: string }>('ceiling/express', {}, API_FLAGS);
  const pinned =
    [tributary.api.pid, express.pid].every((pid) => pin(pid, CORES.measured)) && pin(redis.pid, CORES.others);
  const measure = async (url: string, run: string, seconds: number) => {
    const generator = await startLoad({
      url,
      connections,
      send: {
        kind: 'events',
        size,
        run,
        people: 2_000,
        spread: 'skewed',
        event: 'Product Viewed',
        pool: 40_000 / size,
      },
    });
    if (pinned) pin(generator.pid, CORES.others);
    try {
      const { requests, seconds: took } = await generator.ask({ kind: 'for', seconds });
      return requests / took;
    } finally {
      await generator.stop();
    }
  };
  const ours = async (round: number, seconds = scale.seconds) => {
    const rate = await measure(tributary.url, `c${size}-${connections}-${round}`, seconds);
    await emptied(backend.redisUrl as string);
    return rate;
  };
  try {
    const warm = Math.min(WARM, 2 * scale.seconds);
    await ours(99, warm);
    await measure(express.hello.url, 'warm', warm);
    const found = await inTurn(scale.rounds, ours, (round) => measure(express.hello.url, `e${round}`, scale.seconds));
    const aim = size === 1 ? 0.9 : 0.5;
    return {
      figure: 'collect',
      variant: `${size === 1 ? 'single events (490 bytes)' : `batches of ${size}`}, ${connections} connections`,
      unit: 'requests/s',
      ceiling: { what: 'bare Express 5 with its JSON parser', ...found.ceiling },
      ours: found.ours,
      ratio: found.ratio,
      aim: `>= ${aim}`,
      held: found.ratio >= aim,
      load: before,
      notes: [
        ...(size > 1 ? [`${Math.round(found.ours.median * size)} events/s`] : []),
        pinned ? 'program on core 0, generator and Redis on core 1' : 'not bound to cores',
      ],
    };
  } finally {
    unpin(redis.pid);
    await express.stop();
    await tributary.stop();
  }
}
