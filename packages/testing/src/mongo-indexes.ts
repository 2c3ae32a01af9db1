import { MongoClient } from 'mongodb';

/** Compare-and-set of Tributary: a document by its id and the number that its last write has left. */
const COMPARED = { profiles: 'version', identifiers: 'rev', deliveries: 'rev', runs: 'reach' };

/** What is compared for events that are refused: rare, and each event would pay for the index. */
const OF_REFUSED = { claims: 'batch' };

/**
 * For long runs and measurements. MongoDB finds `{ _id, rev }` by `_id`. mongo-java-server uses an index only for a
 * question of exactly its fields, and keeps none but unique ones: without these it reads a whole collection for each
 * document that is written. With `refused` also for what is written of refused events. Does nothing on any other server.
 */
export async function indexWhatIsCompared(
  { name }: { name: string },
  url: string,
  { refused = false } = {},
): Promise<void> {
  if (name !== 'mongo-java-server') return;
  const client = await MongoClient.connect(url, { serverSelectionTimeoutMS: 10_000 });
  try {
    for (const [collection, number] of Object.entries({ ...COMPARED, ...(refused && OF_REFUSED) })) {
      await client
        .db()
        .collection(collection)
        .createIndex({ _id: 1, [number]: 1 }, { unique: true });
    }
  } finally {
    await client.close();
  }
}
