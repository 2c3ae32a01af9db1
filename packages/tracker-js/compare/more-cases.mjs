import { setTimeout as sleep } from 'node:timers/promises';

const ready = (page) => page.waitForFunction('typeof window.emit === "function"');
const TABS = [0, 1, 2, 3];
const ROUNDS = 5;
const EACH = 10;

/** How many of these events have come after a while that is long enough for every batch. */
async function arrivedOf(names, { state }, time = 6_000) {
  const deadline = Date.now() + time;
  const count = () => names.filter((name) => state.arrived.has(name)).length;
  while (count() < names.length && Date.now() < deadline) await sleep(50);
  return count();
}

/** What a page and its browser have stored. */
async function traces(page, context) {
  const cookies = (await context.cookies()).length;
  const keys = await page.evaluate('Object.keys(localStorage).length + Object.keys(sessionStorage).length');
  return `${cookies} cookies, ${keys} keys`;
}

const consent = (id, title, { mode = '', before = '', answers = false }) => ({
  id,
  title,
  async run({ site, visitor, collector }) {
    const page = await visitor.context.newPage();
    if (before) await page.addInitScript(before);
    await page.goto(`${site.url}/?${mode && `mode=${mode}`}`);
    await ready(page);
    const names = [0, 1].map((i) => `ev-${id}-${i}-z`);
    for (const name of names) await page.evaluate(`emit('${name}', {})`);
    const sent = await arrivedOf(names, collector);
    const text = [await traces(page, visitor.context), sent ? `${sent} of 2 events sent` : 'nothing sent'];
    if (answers) {
      const canAnswer = await page.evaluate('typeof window.answer === "function"');
      if (canAnswer) await page.evaluate('void answer()');
      const later = await arrivedOf(names, collector);
      text.push(sent ? '' : `${later} of 2 sent after the grant`);
    }
    return { text: text.filter(Boolean).join('; ') };
  },
});

export const MORE_CASES = [
  {
    id: 'tabs',
    title: `${TABS.length} tabs opened at once on a first visit, ${EACH} events each, ${ROUNDS} times: lost; visitors seen`,
    async run({ site, visitor: { context }, collector, tracker }) {
      const all = [];
      for (let round = 0; round < ROUNDS; round++) {
        const pages = await Promise.all(TABS.map(() => context.newPage()));
        const names = TABS.map((tab) => Array.from({ length: EACH }, (_, i) => `ev-tabs${round}x${tab}x-${i}-z`));
        await Promise.all(
          pages.map(async (page, tab) => {
            await page.goto(`${site.url}/`);
            await ready(page);
            for (const name of names[tab]) await page.evaluate(`emit('${name}', {})`);
          }),
        );
        await arrivedOf(names.flat(), collector, 20_000);
        all.push(...names.flat());
        // The next one was never here.
        await Promise.all(pages.map((page) => page.goto(`${site.url}/empty`)));
        await pages[0].evaluate('localStorage.clear()');
        await context.clearCookies();
        await Promise.all(pages.map((page) => page.close()));
      }
      const lost = all.length - (await arrivedOf(all, collector, 0));
      const visitors = tracker.title === 'Plausible' ? 'it has no id' : `${collector.state.visitors.size} of ${ROUNDS}`;
      return { text: `${lost} of ${all.length}; ${visitors}` };
    },
  },
  {
    id: 'csp',
    title: 'strict Content Security Policy (nonce) with Trusted Types: violations; does an event arrive',
    async run({ site, visitor, collector }) {
      const page = await visitor.context.newPage();
      await page.goto(`${site.url}/strict`);
      await ready(page).catch(() => {});
      await page.evaluate(`window.emit?.('ev-csp-0-z', {})`);
      const arrived = await arrivedOf(['ev-csp-0-z'], collector);
      const violations = await page.evaluate('violations.length');
      return { text: `${violations}; ${arrived ? 'yes' : 'no'}` };
    },
  },
  consent('pending', 'no answer about consent yet', { mode: 'pending', answers: true }),
  consent('denied', 'consent denied', { mode: 'denied' }),
  consent('gpc', 'Global Privacy Control, with the option for it where there is one', {
    mode: 'gpc',
    before: `Object.defineProperty(navigator, 'globalPrivacyControl', { value: true })`,
  }),
];
