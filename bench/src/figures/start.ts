import { deploy } from '../deployment/deployment.js';
import { fillProfiles } from '../deployment/fill.js';
import { threeNodes } from '../deployment/flows.js';
import { load as loadAverage } from '../machine/load.js';
import { spread } from '../machine/numbers.js';
import type { Backend } from '../servers/backends.js';
import type { Figure } from './figure.js';

/** How long `tributary start` takes on a folder that is in use. */
export const start: Figure = {
  name: 'start',
  title: 'tributary start to ready on a filled data folder',
  async run({ servers, scale }) {
    const before = loadAverage();
    const backend = await servers.fresh('embedded');
    const profiles = Math.min(100_000, scale.profiles);
    await withFirstProfile(backend);
    await fillProfiles(backend, 'device-first', profiles);
    const times: number[] = [];
    for (let round = 0; round < scale.rounds; round++) {
      const tributary = await deploy({ backend });
      times.push(tributary.api.startMs / 1_000);
      await tributary.stop();
    }
    const found = spread(times);
    return [
      {
        figure: 'start',
        variant: `embedded, ${profiles} profiles`,
        unit: 's',
        ours: found,
        aim: '<= 5 s',
        held: found.median <= 5,
        load: before,
        notes: [],
      },
    ];
  },
};

/** Lets the program make its tables and one profile with ten events, which the others are copies of. */
export async function withFirstProfile(backend: Backend): Promise<void> {
  const tributary = await deploy({ backend, flows: [threeNodes()] });
  try {
    for (let n = 0; n < 10; n++) await tributary.send({ event: 'Product Viewed', anonymousId: 'device-first' });
    await tributary.untilApplied(10, 60);
  } finally {
    await tributary.stop();
  }
}
