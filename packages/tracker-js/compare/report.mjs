import { cpus, totalmem } from 'node:os';

const cell = (text) => ` ${text} |`;
const row = (first, cells) => `|${cell(first)}${cells.map(cell).join('')}`;
const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} KB`;
const percent = (lost, all) => (lost === 0 ? `0 of ${all}` : `${lost} of ${all} (${Math.round((lost / all) * 100)} %)`);

/** The page of the comparison, as it was measured. */
export function report({ results, cases, more, visits, outage, chromium, date, load, took }) {
  const values = (of) => results.map(of);
  const told = ({ error, lost, all, later }) =>
    error
      ? 'did not run'
      : percent(lost, all) + (later === undefined ? '' : `; ${percent(later, all)} after the next visit`);
  return `# The tracker beside others

What became of the events in the same situations, with the trackers that their vendors publish on npm. Made by
\`node packages/tracker-js/compare/run.mjs\` on ${date}: ${cpus().length} × ${cpus()[0]?.model.trim()},
${Math.round(totalmem() / 2 ** 30)} GB, Chromium ${chromium} (headless), Node ${process.version}, in ${took} minutes.
The machine did other work meanwhile: load average ${load.map(([one]) => one.toFixed(1)).join(' at the beginning, ')} at the end.

Each tracker is bundled by esbuild and started with the settings of its documentation, as far as they do not send it to
its vendor's servers, and with its own options for visitors who leave where it has them (\`keepalive\` of Segment and
Snowplow; the \`useBeacon\` of RudderStack is off, because it gives up the repeating that the default has); the entries lie in \`packages/tracker-js/compare/trackers\`. All send to one collector on another
origin, on the same machine, that takes 100 ms for every answer, to a preflight too, and counts an event as arrived when its name was read in a
request. ${visits} visits for each case (a fresh page each), ${outage} s of outage. An event that had not arrived
2.5 s after the visitor was gone is lost, also when the tracker would send it at a later visit, which may never come.
When the collector or the network is back, one more event is made, with which some trackers repeat the others.
Features differ: what a tracker does beside sending events was not measured, and a larger script often does more.

${row(
  '',
  values(({ title }) => title),
)}
|${' --- |'.repeat(results.length + 1)}
${row(
  'package',
  values((one) => one.package),
)}
${row(
  'size, minified, gzip -9',
  values(({ size }) => kilobytes(size)),
)}
${row(
  'evaluate and start at 4 × CPU throttle, processor time, median of 11',
  values(({ start }) => `${start.toFixed(1)} ms`),
)}
${cases
  .map(({ id, title }) =>
    row(
      `lost: ${title}`,
      values((one) => told(one.cases[id])),
    ),
  )
  .join('\n')}
${more
  .map(({ id, title }) =>
    row(
      title,
      values((one) => one.cases[id].text ?? 'did not run'),
    ),
  )
  .join('\n')}
${row(
  'arrivals beyond the first, all cases; left when the same id counts once',
  values(({ repeats }) => `${repeats.before}; ${repeats.after}`),
)}
${row(
  'preflights, all cases',
  values(({ preflights }) => preflights),
)}

The ids are those by which each vendor's collector can drop repeats: \`messageId\` (Tributary, Segment, RudderStack, Jitsu),
\`uuid\` (PostHog), \`eid\` (Snowplow); Plausible has none.

Consent: Segment waits by not being loaded, and keeps the calls; RudderStack has \`preConsent\` with a buffer, and after a denial sends what the site's destinations have to heed; PostHog
opts out by default and Jitsu has \`privacy\`, both without holding what was done before the answer; Snowplow goes on
sending anonymously; Plausible stores nothing and asks for nothing, and its way of denial is a key that the site sets.
The requests for settings that some trackers make before the answer are not counted. Tributary looks at Global Privacy
Control by itself, PostHog with \`respect_dnt\`; the \`respectDoNotTrack\` of Snowplow means another header, and the others
have no such option.
`;
}
