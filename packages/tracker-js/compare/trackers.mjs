import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { bundle } from '../bundles.mjs';

const here = import.meta.dirname;
const version = (name) => JSON.parse(readFileSync(join(here, 'node_modules', name, 'package.json'), 'utf8')).version;

const OTHERS = [
  ['Segment', '@segment/analytics-next', 'segment.js'],
  ['PostHog', 'posthog-js', 'posthog.js'],
  ['RudderStack', '@rudderstack/analytics-js', 'rudderstack.js', ' (bundled)'],
  ['Jitsu', '@jitsu/js', 'jitsu.js'],
  ['Snowplow', '@snowplow/browser-tracker', 'snowplow.js'],
  ['Plausible', '@plausible-analytics/tracker', 'plausible.js'],
];

/** Tributary's served script, and the others from npm, bundled and minified by esbuild. */
export async function trackers() {
  const list = [
    {
      title: 'Tributary',
      package: `@tributary/tracker-js ${JSON.parse(readFileSync(join(here, '..', 'package.json'), 'utf8')).version}`,
      code: await bundle('t.js'),
      after: `window.emit = (name, properties) => tributary.track(name, properties);
        window.answer = () => tributary.consent('granted');`,
    },
  ];
  for (const [title, name, entry, note = ''] of OTHERS) {
    const { outputFiles } = await build({
      entryPoints: [join(here, 'trackers', entry)],
      bundle: true,
      minify: true,
      write: false,
      format: 'iife',
      target: 'es2021',
      platform: 'browser',
      logLevel: 'error',
      define: { 'process.env.NODE_ENV': '"production"' },
    });
    list.push({ title, package: `${name} ${version(name)}${note}`, code: outputFiles[0].text, after: '' });
  }
  return list.map((tracker) => ({ ...tracker, size: gzipSync(tracker.code, { level: 9 }).length }));
}
