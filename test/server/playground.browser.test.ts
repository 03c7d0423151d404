/**
 * The playground as a person meets it: in a browser, served on a database of someone else's without any code.
 * NSYNC_SCREENSHOT=docs/playground.png keeps a picture of it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { chromiumPath, launchChromium } from '../support/chromium';
import { DATABASES, type TestDatabase } from '../support/databases';
import { CHINOOK } from '../zeroCode/publicSchemas';
import { inDialect } from '../zeroCode/support';

const MAIN = join(__dirname, '../../dist/src/server/main.js');
const CHINOOK_MODELS = CHINOOK.flatMap((sql) => /^CREATE TABLE "(\w+)"/.exec(sql)?.[1] ?? []).sort();
const SCREEN = { width: 1200, height: 700 };
/** Tall enough that the answer is on the screen as a whole: the editors draw nothing else. */
const TALL = { width: 1200, height: 1300 };

async function chinook(): Promise<TestDatabase> {
  const database = await DATABASES[0]!.create();
  for (const statement of CHINOOK) await database.database.knex.raw(inDialect('SQLite', statement));
  return database;
}

/** A server process with nothing but a database to go by, and the playground's address as it tells it. */
async function startServer(databaseUrl: string): Promise<{ server: ChildProcess; address: string }> {
  const { PATH = '' } = process.env;
  const env = { PATH, PORT: '0', LOG_LEVEL: 'warn', DATABASE_URL: databaseUrl };
  const server = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let told = '';
  for await (const text of server.stdout) {
    told += String(text);
    const [, address] = /Playground +(http:\S+)/.exec(told) ?? [];
    if (address) return { server, address };
  }
  throw new Error('the server did not start');
}

if (chromiumPath === null && !process.env.CI)
  process.stderr.write('The playground is not tried in a browser: there is no Chromium (apt-get install chromium).\n');

(chromiumPath === null && !process.env.CI ? describe.skip : describe)('the playground in Chromium', () => {
  let database: TestDatabase;
  let server: ChildProcess;
  let address: string;
  let browser: Browser;
  let page: Page;
  const asked: string[] = [];
  const complaints: string[] = [];

  beforeAll(async () => {
    database = await chinook();
    ({ server, address } = await startServer(database.url));
    browser = await launchChromium();
    const context = await browser.newContext({ viewport: SCREEN });
    context.on('request', (request) => asked.push(request.url()));
    page = await context.newPage();
    page.on('websocket', (socket) => asked.push(socket.url()));
    page.on('pageerror', ({ message }) => complaints.push(message));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    await page.goto(address);
  });
  afterAll(async () => {
    await browser?.close();
    if (server && server.exitCode === null) {
      server.kill('SIGTERM');
      await once(server, 'close');
    }
    await database?.drop();
  });

  /** By the keyboard: a tab under the mouse grows while its button to close it appears. */
  const openTab = (name: string): Promise<void> =>
    page.locator('.graphiql-tab-button', { hasText: name }).press('Enter');
  const execute = (): Promise<void> => page.getByRole('button', { name: /execute query/i }).click();
  /** The response pane, once it has the text. */
  const response = async (text: string): Promise<string> => {
    const pane = page.locator('.result-window');
    await pane.getByText(text).first().waitFor();
    return pane.innerText();
  };

  it('runs the tab that it opens with', async () => {
    await execute();
    expect(await response('"Album"')).toMatch(/"models"/);
  });

  it('shows what a row of one of its tables would do', async () => {
    await openTab('DryRun');
    await page.locator('.graphiql-editor-tool').getByText('"Artist"').waitFor();
    await execute();
    expect(await response('"CREATED"')).toContain('"COMPLETED"');
    if (process.env.NSYNC_SCREENSHOT) await page.screenshot({ path: process.env.NSYNC_SCREENSHOT });
  });

  it('runs what the tab shows right after a change of tab', async () => {
    const switchAndExecute = (index: number): Promise<void> =>
      page.evaluate((tab) => {
        document.querySelectorAll<HTMLElement>('.graphiql-tab-button')[tab]?.click();
        document.querySelector<HTMLElement>('.graphiql-execute-button')?.click();
      }, index);
    for (const [index, text] of ['"models"', '"syncRows"', '"runs"'].entries()) {
      await switchAndExecute(index);
      expect(await response(text)).not.toContain('"errors"');
    }
  });

  it('runs an operation that has just been renamed', async () => {
    await openTab('ListModels');
    await page.locator('.graphiql-query-editor .view-lines').click();
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.insertText('query Renamed { externalSystems { totalCount } }');
    await page.keyboard.press('ControlOrMeta+Enter');
    expect(await response('"externalSystems"')).not.toContain('"errors"');
  });

  it('completes the fields of the schema', async () => {
    await page.setViewportSize(TALL);
    await openTab('LastRuns');
    await page.locator('.graphiql-query-editor .view-lines').click();
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.type('{ models { na');
    await page.keyboard.press('Control+Space');
    const proposal = page.locator('.suggest-widget.visible').getByRole('option', { name: 'name' });
    await proposal.waitFor();
    await page.keyboard.press('Enter');
    await proposal.waitFor({ state: 'hidden' });
    await execute();
    const names = (await response('"Track"')).matchAll(/"name":\s"(\w+)"/g);
    expect([...names].map(([, name]) => name)).toEqual(CHINOOK_MODELS);
  });

  it('asks no other host for anything, and has nothing to complain about', () => {
    expect(asked).toContain(new URL('/graphql', address).href);
    expect([...new Set(asked.map((url) => new URL(url).origin))]).toEqual([new URL(address).origin]);
    expect(complaints).toEqual([]);
  });
});
