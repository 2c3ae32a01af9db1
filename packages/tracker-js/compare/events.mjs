import { gunzipSync } from 'node:zlib';

const NAME = /ev-[\w]+-\d+-z/;
/** What the trackers call the id of an event, by which their own collectors drop repeats, and that of a visitor. */
const EVENT_ID = ['messageId', 'uuid', 'eid'];
const VISITOR_ID = ['anonymousId', 'distinct_id', 'duid'];

const json = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** The first of these keys in an object or in what lies in it. */
function find(value, keys) {
  if (typeof value !== 'object' || value === null) return undefined;
  for (const key of keys) if (typeof value[key] === 'string') return value[key];
  for (const inner of Object.values(value)) {
    const found = find(inner, keys);
    if (found) return found;
  }
  return undefined;
}

/** Every smallest object that has an event's name in it, and either an id or no list of others. */
function* eventsIn(value, around = {}) {
  if (typeof value !== 'object' || value === null) return;
  const name = Object.values(value).find((one) => typeof one === 'string' && one.match(NAME)?.[0] === one);
  if (name) {
    // Some put the ids beside the object that has the name.
    const visitor = find(value, VISITOR_ID) ?? find(around, VISITOR_ID);
    yield { name, id: find(value, EVENT_ID) ?? find(around, EVENT_ID), visitor };
    return;
  }
  const outer = Array.isArray(value) ? around : value;
  for (const inner of Object.values(value)) yield* eventsIn(inner, outer);
}

/** The events of a request, unpacked: trackers gzip, and wrap base64 in forms. */
export function readEvents(url, raw) {
  const body = raw[0] === 0x1f && raw[1] === 0x8b ? gunzipSync(raw).toString() : raw.toString();
  const form = /(?:^|&)data=([^&]*)/.exec(body)?.[1];
  const text = form ? Buffer.from(decodeURIComponent(form), 'base64').toString() : body;
  const parsed = json(text);
  if (parsed) return [...eventsIn(parsed)];
  return [...`${url}\n${text}`.matchAll(new RegExp(NAME, 'g'))].map(([name]) => ({ name }));
}
