import { createHash } from 'node:crypto';
import { need } from '@tributary/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Stage, startStage } from './stage.js';

let stage: Stage;
const here = need('chromium').ok;
beforeAll(async () => {
  if (here) stage = await startStage();
});
afterAll(() => stage?.close());

const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

test.skipIf(!here)(
  'a strict content security policy with Trusted Types sees no violation, in the snippet and every part',
  async () => {
    const page = await stage.page();
    const start = `${stage.stub};tributary.page();`;
    const listen = `window.violations = []; addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sample }) => violations.push([violatedDirective, blockedURI, sample].join(' ')));`;
    stage.headers.current = {
      'content-security-policy': [
        `default-src 'none'`,
        `script-src 'nonce-n1' ${hash(listen)} ${hash(start)}`,
        `connect-src ${stage.collector.origin}`,
        `base-uri 'none'`,
        `require-trusted-types-for 'script'`,
        `trusted-types 'none'`,
      ].join('; '),
    };
    const parts = 'data-page data-auto data-elements data-vitals data-profile data-cookie data-links="other.example"';
    stage.put(
      '/',
      `<script>${listen}</script><script>${start}</script>${stage.tag(`nonce="n1" async ${parts}`)}`,
      '<button data-t-event="b" data-t-segment="!vip" hidden>B</button><a href="/empty#x" onclick="void 0">c</a>',
    );
    stage.collector.settings.profile = { segments: ['other'], traits: {} };
    await page.goto(stage.url);
    await page.locator('button').waitFor();
    await page.locator('button').click();
    await page.evaluate(`tributary.track('a')`);
    await expect.poll(() => stage.collector.arrived()).toEqual(expect.arrayContaining(['page', 'b', 'a']));
    await expect
      .poll(() => stage.collector.requests.map(({ path }) => path))
      .toEqual(expect.arrayContaining(['/v1/profile', '/v1/identity']));
    await page.evaluate(`dispatchEvent(new Event('pagehide'))`);
    // The inline handler is the page's own fault: it shows that violations are seen.
    expect(await page.evaluate('violations.map((one) => one.split(" ")[0])')).toEqual(['script-src-attr']);
  },
);
