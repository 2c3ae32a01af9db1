import { given, tell } from '../programs/program.js';
import { Generator } from './generator.js';
import type { LoadOptions, LoadOrder } from './orders.js';

/** The load generator, in a process of its own. */
const generator = new Generator(given<LoadOptions>());
process.on('message', (order: LoadOrder) => {
  generator.run(order).then(tell, (error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});
process.on('disconnect', () => process.exit(0));
tell({ ready: true });
