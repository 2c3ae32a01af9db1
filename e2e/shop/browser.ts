import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromiumPath } from '@tributary/testing';
import { type BrowserContext, chromium } from 'playwright-core';

/** A browser that keeps to itself: nothing but the pages of the test goes over the network. */
const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A fresh browser, as of a visitor who was never here. */
export async function newVisitor(): Promise<{ context: BrowserContext; close(): Promise<void> }> {
  const executablePath = chromiumPath();
  if (!executablePath) throw new Error('There is no Chromium on the PATH. Install the package chromium.');
  const folder = await mkdtemp(join(tmpdir(), 'tributary-visitor-'));
  const context = await chromium.launchPersistentContext(folder, { executablePath, headless: true, args: ARGUMENTS });
  context.setDefaultTimeout(15_000);
  return {
    context,
    async close() {
      await context.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
