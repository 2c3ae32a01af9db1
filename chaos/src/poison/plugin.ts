import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { definePlugin, Type } from '@tributary/sdk';

/** A node that ends its worker, as a fault in native code would: whoever takes the event dies of it. */
export default definePlugin({
  name: 'poison',
  version: '1.0.0',
  title: 'Poison',
  config: Type.Object({}),
  ports: ['out'],
  run() {
    // So that the suite knows of what this process died.
    writeFileSync(join(process.env.TRIBUTARY_CHAOS as string, `poisoned-${process.pid}`), '');
    process.kill(process.pid, 'SIGKILL');
    return 'out';
  },
});
