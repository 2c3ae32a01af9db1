import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.AbstractUniqueIndex;
import de.bwaldvogel.mongo.backend.CursorRegistry;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.KeyValue;
import de.bwaldvogel.mongo.backend.Missing;
import de.bwaldvogel.mongo.backend.ValueComparator;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.backend.h2.H2Database;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.bson.ObjectId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.h2.mvstore.MVStore;

/**
 * mongo-java-server over a file, with the indexes that a MongoDB server has. By itself it keeps none but unique ones,
 * and uses one only for a question of exactly its fields: everything else reads a whole collection.
 * Arguments: the file, the port.
 */
class TestMongo {
  public static void main(String[] args) {
    MVStore file = new MVStore.Builder().fileName(args[0]).cacheSize(256).open();
    H2Backend backend = new IndexedBackend(file);
    backend.version(new MongoVersion() {
      public List<Integer> getVersionArray() { return List.of(7, 0, 0); }
      // Its own versions end at wire version 8, and the driver wants 9 at least: this is that of MongoDB 7.0.
      public int getWireVersion() { return 21; }
    });
    MongoServer server = new MongoServer(backend);
    Runtime.getRuntime().addShutdownHook(new Thread(server::shutdown));
    server.bind("127.0.0.1", Integer.parseInt(args[1]));
  }
}

class IndexedBackend extends H2Backend {
  IndexedBackend(MVStore file) { super(file); }

  @Override
  protected MongoDatabase openOrCreateDatabase(String name) {
    return new IndexedDatabase(name, getMvStore(), getCursorRegistry());
  }
}

/** Indexes live in memory: they are filled from the collection when it is opened, as for an index that is new. */
class IndexedDatabase extends H2Database {
  IndexedDatabase(String name, MVStore file, CursorRegistry cursors) { super(name, file, cursors); }

  @Override
  protected Index<Object> openOrCreateUniqueIndex(String collection, String name, List<IndexKey> keys, boolean sparse) {
    return new UniqueIndex(name, keys, sparse);
  }

  @Override
  protected Index<Object> openOrCreateSecondaryIndex(String collection, String name, List<IndexKey> keys, boolean sparse) {
    return new SortedIndex(name, keys, sparse);
  }
}

/** By the hash of its values. One of a single field also narrows questions that ask for more than that field. */
class UniqueIndex extends AbstractUniqueIndex<Object> {
  private final Map<KeyValue, Object> positions = new HashMap<>();

  UniqueIndex(String name, List<IndexKey> keys, boolean sparse) { super(name, keys, sparse); }

  /** The part of a question that this index can answer: the server compares what it finds with the whole one. */
  private Document narrowed(Document query) {
    if (isCompoundIndex()) return query;
    String field = keys().get(0);
    Object asked = query.get(field);
    return Asked.isPlain(asked) || Asked.isList(asked) ? new Document(field, asked) : query;
  }

  @Override public synchronized boolean canHandle(Document query) { return super.canHandle(narrowed(query)); }
  @Override public synchronized Iterable<Object> getPositions(Document query) { return super.getPositions(narrowed(query)); }
  @Override protected Object getPosition(KeyValue key) { return positions.get(key); }
  @Override protected Object removeDocument(KeyValue key) { return positions.remove(key); }
  @Override protected Iterable<Map.Entry<KeyValue, Object>> getIterable() { return positions.entrySet(); }
  @Override public long getCount() { return positions.size(); }
  @Override public long getDataSize() { return getCount(); }

  @Override
  protected boolean putKeyPosition(KeyValue key, Object position) {
    return positions.putIfAbsent(key, Missing.ofNullable(position)) == null;
  }
}

/**
 * In the order of its values. It narrows a question by the fields from the first on that are asked for a value or a
 * list of values, and by a range of the field after them. It may find too much, never too little.
 */
class SortedIndex extends Index<Object> {
  private static final Object LOWEST = new Object();
  private static final Object HIGHEST = new Object();
  private static final Object END = new Object();

  private final TreeMap<List<Object>, Set<Object>> positions = new TreeMap<>(SortedIndex::compare);
  /** One that keeps the elements of arrays cannot take two bounds together: two elements may answer them. */
  private boolean holdsArrays;

  SortedIndex(String name, List<IndexKey> keys, boolean sparse) { super(name, keys, sparse); }

  private static int compare(List<Object> a, List<Object> b) {
    for (int i = 0; i < Math.max(a.size(), b.size()); i++) {
      Object x = i < a.size() ? a.get(i) : END;
      Object y = i < b.size() ? b.get(i) : END;
      int order = x == y ? 0 : compareValues(x, y);
      if (order != 0) return order;
    }
    return 0;
  }

  private static int compareValues(Object x, Object y) {
    if (x == LOWEST || y == HIGHEST) return -1;
    if (x == HIGHEST || y == LOWEST) return 1;
    if (x == END || y == END) return x == END ? -1 : 1;
    return ValueComparator.asc().compare(x, y);
  }

  private List<List<Object>> keysOf(Document document) {
    List<List<Object>> all = new ArrayList<>();
    for (KeyValue values : getKeyValues(document)) {
      List<Object> key = new ArrayList<>();
      for (Object value : values) key.add(value instanceof Missing ? null : value);
      all.add(key);
    }
    holdsArrays |= all.size() != 1;
    return all;
  }

  @Override
  public synchronized void add(Document document, Object position, MongoCollection<Object> collection) {
    for (List<Object> key : keysOf(document)) positions.computeIfAbsent(key, k -> new LinkedHashSet<>()).add(position);
  }

  @Override
  public synchronized Object remove(Document document) {
    Object position = Missing.ofNullable(document.get("_id"));
    for (List<Object> key : keysOf(document)) {
      Set<Object> found = positions.get(key);
      if (found != null && found.remove(position) && found.isEmpty()) positions.remove(key);
    }
    return position;
  }

  @Override
  public synchronized void updateInPlace(Document before, Document after, Object position, MongoCollection<Object> collection) {
    if (nullAwareEqualsKeys(before, after)) return;
    remove(before);
    add(after, position, collection);
  }

  @Override
  public synchronized boolean canHandle(Document query) {
    Object first = query.get(keys().get(0));
    return Asked.isPlain(first) || Asked.isList(first) || isRange(first);
  }

  private boolean isRange(Object asked) {
    return !holdsArrays && (Asked.bound(asked, "$gt", "$gte") != null || Asked.bound(asked, "$lt", "$lte") != null);
  }

  @Override
  public synchronized Iterable<Object> getPositions(Document query) {
    List<List<Object>> prefixes = List.of(List.of());
    Object low = LOWEST, high = HIGHEST;
    for (String field : keys()) {
      Object asked = query.get(field);
      if (Asked.isPlain(asked)) prefixes = extended(prefixes, List.of(asked));
      else if (Asked.isList(asked)) prefixes = extended(prefixes, Asked.list(asked));
      else {
        if (isRange(asked)) {
          low = Asked.bound(asked, "$gt", "$gte");
          high = Asked.bound(asked, "$lt", "$lte");
        }
        break;
      }
    }
    Set<Object> found = new LinkedHashSet<>();
    for (List<Object> prefix : prefixes) {
      List<Object> from = new ArrayList<>(prefix);
      List<Object> to = new ArrayList<>(prefix);
      // Nothing, which a question for less than a value does not mean, comes before all values.
      from.add(low);
      if (low == null) from.add(HIGHEST);
      else if (low != LOWEST) from.add(LOWEST);
      to.add(high == null ? HIGHEST : high);
      if (high != null && high != HIGHEST) to.add(HIGHEST);
      if (compare(from, to) > 0) continue;
      for (Set<Object> some : positions.subMap(from, true, to, true).values()) found.addAll(some);
    }
    return found;
  }

  private static List<List<Object>> extended(List<List<Object>> prefixes, Collection<?> values) {
    List<List<Object>> all = new ArrayList<>();
    for (List<Object> prefix : prefixes) {
      for (Object value : values) {
        List<Object> longer = new ArrayList<>(prefix);
        longer.add(value);
        all.add(longer);
      }
    }
    return all;
  }

  @Override public Object getPosition(Document document) { return null; }
  @Override public void checkAdd(Document document, MongoCollection<Object> collection) { getKeyValues(document); }
  @Override public void checkUpdate(Document before, Document after, MongoCollection<Object> collection) { getKeyValues(after); }
  @Override public long getCount() { return positions.size(); }
  @Override public long getDataSize() { return getCount(); }
  @Override public void drop() {}
}

/** What a question says of one field. */
class Asked {
  /** One value: not nothing (which also means fields that are not there), nor an array or a document. */
  static boolean isPlain(Object asked) {
    return asked instanceof String || asked instanceof Number || asked instanceof Boolean || asked instanceof ObjectId;
  }

  /** `{ $in: [...] }` of such values, and nothing else. */
  static boolean isList(Object asked) {
    return asked instanceof Document document
        && document.keySet().equals(Set.of("$in"))
        && list(asked).stream().allMatch(Asked::isPlain);
  }

  static Collection<?> list(Object asked) { return (Collection<?>) ((Document) asked).get("$in"); }

  /** The bound that one of two operators sets, or null. */
  static Object bound(Object asked, String open, String closed) {
    if (!(asked instanceof Document document)) return null;
    Object bound = document.containsKey(open) ? document.get(open) : document.get(closed);
    return isPlain(bound) ? bound : null;
  }
}
