import { setTimeout as sleep } from 'node:timers/promises';

/** How long an event may be on its way after the page was left: the machine may be busy. */
const GRACE = 2_500;

const ready = (page) => page.waitForFunction('typeof window.emit === "function"');
const missing = (names, { state }) => names.filter((name) => !state.arrived.has(name)).length;
/** What is missing when everything is there, or when the time for it is over. */
async function missingAfter(time, names, collector) {
  const deadline = Date.now() + time;
  while (missing(names, collector) && Date.now() < deadline) await sleep(50);
  return missing(names, collector);
}
const share = (lost, all) => ({ lost, all });
/** One more event, as of a page that is used on: some trackers repeat only together with the next one. */
const another = (page) => page.evaluate(`emit('ev-another-0-z', {})`);

/** Leaves the page `visits` times by `leave` and counts what is not there when the visitor is gone. */
const leaving =
  (id, leave) =>
  async ({ site, visitor, collector, visits }) => {
    let lost = 0;
    for (let i = 0; i < visits; i++) {
      const name = `ev-${id}-${i}-z`;
      const page = await visitor.context.newPage();
      await page.goto(`${site.url}/`);
      await ready(page);
      await leave(page, name, site);
      lost += await missingAfter(GRACE, [name], collector);
      await page.close().catch(() => {});
    }
    return share(lost, visits);
  };

export const CASES = [
  {
    id: 'leave',
    title: 'an event, and at once to another origin',
    run: leaving('leave', async (page, name, site) => {
      await page.evaluate(`emit('${name}', {}); location.href = '${site.elsewhere}'`);
      await page.waitForURL(site.elsewhere);
    }),
  },
  {
    id: 'close',
    title: 'an event, and at once the tab is closed',
    run: leaving('close', async (page, name) => {
      await page.evaluate(`emit('${name}', {})`);
      await page.close({ runBeforeUnload: true });
    }),
  },
  {
    id: 'bounce',
    title: 'an event while the page loads, gone after 50 ms, the script in the cache',
    async run({ site, visitor, collector, visits }) {
      let lost = 0;
      const page = await visitor.context.newPage();
      await page.goto(`${site.url}/`);
      await ready(page);
      for (let i = 0; i < visits; i++) {
        const name = `ev-bounce-${i}-z`;
        await page.goto(`${site.url}/bounce?${name}`, { waitUntil: 'commit' });
        await page.waitForURL(site.elsewhere);
        lost += await missingAfter(GRACE, [name], collector);
      }
      return share(lost, visits);
    },
  },
  {
    id: 'burst',
    title: '100 KB of events, and at once to another origin',
    async run({ site, visitor, collector, visits }) {
      let [atExit, later] = [0, 0];
      const rounds = Math.max(1, Math.round(visits / 10));
      for (let round = 0; round < rounds; round++) {
        const names = Array.from({ length: 50 }, (_, i) => `ev-burst${round}x-${i}-z`);
        const page = await visitor.context.newPage();
        await page.goto(`${site.url}/`);
        await ready(page);
        await page.evaluate(`
          for (const name of ${JSON.stringify(names)}) emit(name, { text: 'x'.repeat(1300) });
          location.href = '${site.elsewhere}'`);
        await page.waitForURL(site.elsewhere);
        atExit += await missingAfter(GRACE, names, collector);
        await page.goto(`${site.url}/`);
        await ready(page);
        later += await missingAfter(5_000, names, collector);
        await page.close();
      }
      return { ...share(atExit, 50 * rounds), later };
    },
  },
  {
    id: 'navigate',
    title: '503, then the next page, and the collector is back',
    async run({ site, visitor, collector, visits }) {
      const names = [];
      const page = await visitor.context.newPage();
      collector.state.status = 503;
      for (let i = 0; i < Math.min(visits, 20); i++) {
        names.push(`ev-navigate-${i}-z`);
        await page.goto(`${site.url}/`);
        await ready(page);
        await page.evaluate(`emit('${names.at(-1)}', {})`);
        await sleep(300);
      }
      await page.goto(site.elsewhere);
      collector.state.status = 200;
      await page.goto(`${site.url}/`);
      await ready(page);
      await another(page);
      return share(await missingAfter(15_000, names, collector), names.length);
    },
  },
  {
    id: 'outage',
    title: '503 while an event is made each second, and the page stays',
    async run({ site, visitor, collector, outage }) {
      const names = [];
      const page = await visitor.context.newPage();
      await page.goto(`${site.url}/`);
      await ready(page);
      collector.state.status = 503;
      for (let i = 0; i < outage; i++) {
        names.push(`ev-outage-${i}-z`);
        await page.evaluate(`emit('${names.at(-1)}', {})`);
        await sleep(1_000);
      }
      collector.state.status = 200;
      await another(page);
      return share(await missingAfter(outage * 1_000 + 15_000, names, collector), names.length);
    },
  },
  {
    id: 'offline',
    title: '5 s without a network, an event each half second',
    async run({ site, visitor, collector }) {
      const names = [];
      const page = await visitor.context.newPage();
      await page.goto(`${site.url}/`);
      await ready(page);
      await visitor.context.setOffline(true);
      for (let i = 0; i < 10; i++) {
        names.push(`ev-offline-${i}-z`);
        await page.evaluate(`emit('${names.at(-1)}', {})`);
        await sleep(500);
      }
      await visitor.context.setOffline(false);
      await another(page);
      return share(await missingAfter(20_000, names, collector), names.length);
    },
  },
];

/**
 * Milliseconds of processor time that the page's thread spends on the script, from its compilation to its end, with a
 * processor that is four times slower; the median. Time on the clock would be that of the machine's other work.
 */
export async function startTime({ site, visitor, tracker, collector }) {
  const times = [];
  for (let i = 0; i < 11; i++) {
    const page = await visitor.context.newPage();
    const session = await visitor.context.newCDPSession(page);
    await page.goto(`${site.url}/empty`);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    await session.send('Emulation.setCPUThrottlingRate', { rate: 4 });
    const spent = async () => {
      const { metrics } = await session.send('Performance.getMetrics');
      return metrics.find(({ name }) => name === 'ScriptDuration').value * 1000;
    };
    const start = (code) =>
      page.evaluate(
        ([text, origin]) => {
          window.collector = origin;
          const script = document.createElement('script');
          Object.assign(script.dataset, { key: 'demo', endpoint: origin });
          script.textContent = text;
          document.head.append(script);
        },
        [code, collector.origin],
      );
    await start('');
    const before = await spent();
    await start(tracker.code);
    times.push((await spent()) - before);
    await page.close();
  }
  return times.sort((a, b) => a - b)[5];
}
