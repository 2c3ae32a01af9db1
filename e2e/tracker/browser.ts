import { spawn } from 'node:child_process';
import { once } from 'node:events';
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
  // Two names of one site and others beside it, all on this machine; every other name leads nowhere.
  '--host-resolver-rules=MAP *.example 127.0.0.1,MAP * ~NOTFOUND,EXCLUDE localhost,EXCLUDE 127.0.0.1',
];

/**
 * A fresh browser, as of a visitor who was never here. `withPageCache`: with the back/forward cache. Most tests do without
 * it, because there a page that was left lives on, and sends what it has left with more ease.
 */
export async function newVisitor(withPageCache = false): Promise<{ context: BrowserContext; close(): Promise<void> }> {
  const executablePath = chromiumPath();
  if (!executablePath) throw new Error('There is no Chromium on the PATH. Install the package chromium.');
  const folder = await mkdtemp(join(tmpdir(), 'tributary-visitor-'));
  const context = await chromium.launchPersistentContext(folder, {
    executablePath,
    headless: true,
    args: ARGUMENTS,
    ignoreDefaultArgs: withPageCache ? ['--disable-back-forward-cache'] : [],
  });
  context.setDefaultTimeout(15_000);
  return {
    context,
    async close() {
      await context.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** A browser that opens a page and is not controlled any further. */
export async function visitAlone(url: string): Promise<{ close(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-visitor-'));
  const child = spawn(chromiumPath() as string, [...ARGUMENTS, `--user-data-dir=${folder}`, url], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  return {
    async close() {
      child.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    },
  };
}
