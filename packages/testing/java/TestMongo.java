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
import de.bwaldvogel.mongo.backend.Utils;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.backend.h2.H2Database;
import de.bwaldvogel.mongo.bson.BsonRegularExpression;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.bson.ObjectId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.StringDataType;

/**
 * mongo-java-server over a file, with the indexes that a MongoDB server has. By itself it keeps none but unique ones,
 * and uses one only for a question of exactly its fields: everything else reads a whole collection.
 * Arguments: the file, the port.
 */
class TestMongo {
  /** The one of this process: databases open their indexes before a field of theirs could be set. */
  static MVStore file;

  public static void main(String[] args) {
    // In MB: pages that are read again are made anew, object by object. Nothing is moved together, either: the file is thrown away.
    file = new MVStore.Builder().fileName(args[0]).cacheSize(1024).autoCompactFillRate(0).open();
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
    return new IndexedDatabase(name, getCursorRegistry());
  }
}

class IndexedDatabase extends H2Database {
  IndexedDatabase(String name, CursorRegistry cursors) { super(name, TestMongo.file, cursors); }

  private MVMap<String, Object> map(String collection, String index) {
    MVMap.Builder<String, Object> form = new MVMap.Builder<String, Object>().keyType(StringDataType.INSTANCE);
    // The name by which the server removes the map when the index is dropped.
    return TestMongo.file.openMap(getDatabaseName() + "." + collection + "._index_" + index, form);
  }

  @Override
  protected Index<Object> openOrCreateUniqueIndex(String collection, String name, List<IndexKey> keys, boolean sparse) {
    return new UniqueIndex(map(collection, name), name, keys, sparse);
  }

  @Override
  protected Index<Object> openOrCreateSecondaryIndex(String collection, String name, List<IndexKey> keys, boolean sparse) {
    return new SortedIndex(map(collection, name), name, keys, sparse);
  }
}

/** By its values. One of a single field also narrows questions that ask for more than that field. */
class UniqueIndex extends AbstractUniqueIndex<Object> {
  private final MVMap<String, Object> positions;

  UniqueIndex(MVMap<String, Object> positions, String name, List<IndexKey> keys, boolean sparse) {
    super(name, keys, sparse);
    this.positions = positions;
  }

  /** The part of a question that this index can answer: the server compares what it finds with the whole one. */
  private Document narrowed(Document query) {
    if (isCompoundIndex()) return query;
    String field = keys().get(0);
    Object asked = query.get(field);
    return Asked.isPlain(asked) || Asked.isList(asked) ? new Document(field, asked) : query;
  }

  @Override
  public synchronized boolean canHandle(Document query) {
    for (String field : keys()) if (BsonRegularExpression.isRegularExpression(query.get(field))) return false;
    return super.canHandle(narrowed(query));
  }

  @Override public synchronized Iterable<Object> getPositions(Document query) { return super.getPositions(narrowed(query)); }
  @Override protected Object getPosition(KeyValue key) { return positions.get(Text.of(key)); }
  @Override protected Object removeDocument(KeyValue key) { return positions.remove(Text.of(key)); }
  @Override protected Iterable<Map.Entry<KeyValue, Object>> getIterable() { throw new UnsupportedOperationException(); }
  @Override public long getCount() { return positions.sizeAsLong(); }
  @Override public long getDataSize() { return getCount(); }

  @Override
  protected boolean putKeyPosition(KeyValue key, Object position) {
    return positions.putIfAbsent(Text.of(key), Missing.ofNullable(position)) == null;
  }
}

/**
 * In the order of its values. It narrows a question by what is asked of its fields from the first on: a value, a list of
 * values, a range; where nothing is asked of a field, or a range, the values that are there are gone through one by one if
 * a later field narrows further. It may find too much, never too little.
 */
class SortedIndex extends Index<Object> {
  /** Is there once an array was indexed: two of its elements may answer the two bounds of a range. Before all values. */
  private static final String ARRAYS = "!";

  private final MVMap<String, Object> positions;

  SortedIndex(MVMap<String, Object> positions, String name, List<IndexKey> keys, boolean sparse) {
    super(name, keys, sparse);
    this.positions = positions;
  }

  /** One for each element of an array; an empty one counts as nothing. */
  private List<String> textsOf(Document document, Object position) {
    List<String> all = List.of("");
    for (String key : keys()) {
      Object value = Utils.getSubdocumentValueCollectionAware(document, key);
      List<Object> values = new ArrayList<>();
      if (value instanceof Collection<?> elements) values.addAll(elements);
      else values.add(value);
      if (values.isEmpty()) values.add(null);
      if (values.size() > 1 && !positions.containsKey(ARRAYS)) positions.put(ARRAYS, true);
      List<String> longer = new ArrayList<>();
      for (String text : all) for (Object each : values) longer.add(text + Text.of(each));
      all = longer;
    }
    return all.stream().map(text -> text + Text.of(position)).toList();
  }

  @Override
  public synchronized void add(Document document, Object position, MongoCollection<Object> collection) {
    for (String text : textsOf(document, position)) positions.put(text, position);
  }

  @Override
  public synchronized Object remove(Document document) {
    Object position = Missing.ofNullable(document.get("_id"));
    for (String text : textsOf(document, position)) positions.remove(text);
    return position;
  }

  @Override
  public synchronized void updateInPlace(Document before, Document after, Object position, MongoCollection<Object> collection) {
    if (textsOf(before, position).equals(textsOf(after, position))) return;
    remove(before);
    add(after, position, collection);
  }

  @Override
  public synchronized boolean canHandle(Document query) {
    String first = keys().get(0);
    return narrows(query.get(first)) || query.containsKey(first) && narrowsFrom(1, query);
  }

  private boolean narrows(Object asked) { return Asked.isPlain(asked) || Asked.isList(asked) || isRange(asked); }

  private boolean narrowsFrom(int field, Document query) {
    return keys().stream().skip(field).anyMatch(key -> narrows(query.get(key)));
  }

  private boolean isRange(Object asked) {
    Object low = Asked.bound(asked, "$gt", "$gte");
    Object high = Asked.bound(asked, "$lt", "$lte");
    return (low != null || high != null) && (low == null || high == null || !positions.containsKey(ARRAYS));
  }

  @Override
  public synchronized Iterable<Object> getPositions(Document query) {
    Set<Object> found = new LinkedHashSet<>();
    find("", 0, query, found);
    return found;
  }

  /** What begins with these values of the fields before this one. */
  private void find(String prefix, int field, Document query, Set<Object> found) {
    if (!narrowsFrom(field, query)) {
      between(prefix, Text.after(prefix), found);
      return;
    }
    Object asked = query.get(keys().get(field));
    if (Asked.isPlain(asked)) find(prefix + Text.of(asked), field + 1, query, found);
    else if (Asked.isList(asked)) for (Object one : Asked.list(asked)) find(prefix + Text.of(one), field + 1, query, found);
    else {
      String from = prefix + Text.FIRST, until = prefix + Text.END;
      if (isRange(asked)) {
        Object low = Asked.bound(asked, "$gt", "$gte");
        Object high = Asked.bound(asked, "$lt", "$lte");
        // A range is one of values of one kind.
        from = prefix + (low != null ? Text.of(low) : Text.kind(high));
        until = prefix + Text.after(high != null ? Text.of(high) : Text.kind(low));
      }
      if (!narrowsFrom(field + 1, query)) between(from, until, found);
      else {
        for (String next = positions.ceilingKey(from); next != null && next.compareTo(until) < 0; ) {
          String value = Text.first(next, prefix.length());
          find(value, field + 1, query, found);
          next = positions.ceilingKey(Text.after(value));
        }
      }
    }
  }

  private void between(String from, String until, Set<Object> found) {
    Cursor<String, Object> cursor = positions.cursor(from);
    while (cursor.hasNext() && cursor.next().compareTo(until) < 0) found.add(cursor.getValue());
  }

  @Override public Object getPosition(Document document) { return null; }
  @Override public void checkAdd(Document document, MongoCollection<Object> collection) { getKeyValues(document); }
  @Override public void checkUpdate(Document before, Document after, MongoCollection<Object> collection) { getKeyValues(after); }
  @Override public long getCount() { return positions.sizeAsLong(); }
  @Override public long getDataSize() { return getCount(); }
  @Override public void drop() {}
}

/** Values as texts whose order is that of the values, kind by kind; one after the other they can be told apart. */
class Text {
  /** Before and after every value. */
  static final String FIRST = "0";
  static final String END = "9";
  private static final String STOP = "\0\0";

  static String of(KeyValue values) {
    StringBuilder text = new StringBuilder();
    for (Object value : values) text.append(of(value));
    return text.toString();
  }

  static String of(Object value) {
    if (value == null || value instanceof Missing) return "0" + STOP;
    if (value instanceof Number number) return "1" + number(number) + STOP;
    if (value instanceof String string) return "2" + string.replace("\0", "\0\2") + STOP;
    return "3" + value.toString().replace("\0", "\0\2") + STOP;
  }

  /** What all values of the kind of this one begin with. */
  static String kind(Object value) { return of(value).substring(0, 1); }

  /** A text up to the end of the value that begins there. */
  static String first(String text, int at) { return text.substring(0, text.indexOf(STOP, at) + STOP.length()); }

  /** After everything that begins with this text. */
  static String after(String text) {
    int last = text.length() - 1;
    return text.substring(0, last) + (char) (text.charAt(last) + 1);
  }

  private static String number(Number number) {
    double value = number.doubleValue() + 0.0;
    long bits = Double.doubleToLongBits(value);
    String order = HexFormat.of().toHexDigits(bits < 0 ? ~bits : bits ^ Long.MIN_VALUE);
    boolean isExact = !(number instanceof Long exact) || (long) value == exact && exact != Long.MAX_VALUE;
    return isExact ? order : order + ":" + number;
  }
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

  /** The bound that one of two operators sets, a number or a string, or null. */
  static Object bound(Object asked, String open, String closed) {
    if (!(asked instanceof Document document)) return null;
    Object bound = document.containsKey(open) ? document.get(open) : document.get(closed);
    return bound instanceof Number || bound instanceof String ? bound : null;
  }
}
