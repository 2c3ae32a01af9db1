import { aCommit, aProfile, newId, stored } from '../contract/builders.js';
import { openEmbedded } from './embedded.js';
import { pgliteSql } from './pglite.js';
import { createPostgresStore } from './store.js';

// Run by `embedded.test.ts` as a process of its own: commits until it is killed, and says what was acknowledged.
const { pglite } = await openEmbedded(process.argv[2] ?? '');
const store = createPostgresStore({ sql: pgliteSql(pglite) });
await store.open();
for (;;) {
  const profile = aProfile({ id: newId() });
  await store.commit(aCommit({ profiles: [profile], events: [stored(profile.id)] }));
  process.stdout.write(`${profile.id}\n`);
}
