/**
 * The playground in use: with a mouse, in wide and narrow windows, in light and dark mode. NSYNC_SCREENSHOTS=docs stores the pictures of the
 * documentation.
 */
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../support/chromium';
import { DATABASES } from '../support/databases';
import { describeInBrowser, PlaygroundPage, type Screen } from '../support/playgroundPage';
import { serve, type TestServer } from '../support/server';

const WIDE: Screen = { width: 1280, height: 720 };
const NARROW: Screen = { width: 390, height: 844 };
const SETTINGS = [
  [WIDE, 'light'],
  [WIDE, 'dark'],
  [NARROW, 'light'],
  [NARROW, 'dark'],
] as const;

/** The responses of each tab of the demo, the first time and the second time. */
const ANSWERS: readonly (readonly [tab: string, first: RegExp, second: RegExp])[] = [
  ['ListModels', /"name": "Person"/, /"name": "Person"/],
  ['SyncPersons', /"created": 2,/, /"unchanged": 2,/],
  ['PreviewHouses', /"dryRun": true,\s+"counts": \{\s+"created": 2,[^]*REFERENCE_NOT_FOUND/, /"created": 2,/],
  ['SyncCsv', /"created": 1,\s+"updated": 2,/, /"unchanged": 3,/],
  ['WhichSystemsTouched', /"1001"[^]*"dave-1"/, /"1001"[^]*"dave-1"/],
  ['LastRuns', /"runs"[^]*"Land registry"/, /"unchanged": 3,/],
  ['WatchRun', /"status": "COMPLETED",\s+"progress": null,/, /"created": 2,/],
];
const TABS = ANSWERS.map(([tab]) => tab);

/** Stores a picture for the documentation, if NSYNC_SCREENSHOTS is set. */
const picture = async ({ page }: PlaygroundPage, name: string): Promise<void> => {
  const folder = process.env.NSYNC_SCREENSHOTS;
  if (folder) await page.screenshot({ path: join(folder, name) });
};

describeInBrowser('the playground in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());

  describe.each(SETTINGS)('on %j, %s', (screen, colours) => {
    let server: TestServer;
    let playground: PlaygroundPage;
    beforeAll(async () => {
      server = await serve(DATABASES[0]!);
      playground = await PlaygroundPage.open(browser, server.url, screen, colours);
    });
    afterAll(async () => {
      await playground?.close();
      await server?.stop();
    });

    it('says what to press, and can be used at once', async () => {
      expect(await playground.tabNames()).toEqual(TABS);
      const whatToPress = playground.hint.getByText('Press ▶ Run or');
      for (const control of [
        playground.runButton,
        whatToPress,
        playground.page.getByLabel('Show Documentation Explorer'),
      ])
        expect(await playground.isInWindow(control)).toBe(true);
    });

    it('scrolls to tabs that do not fit, by a finger', async () => {
      const distance = await playground.swipeTabs();
      if (screen === NARROW) expect(distance).toBeGreaterThan(50);
      else expect(distance).toBe(0);
    });

    it('opens a tab on the first press of the mouse', async () => {
      for (const tab of [...TABS.slice(1), TABS[0]!]) {
        await playground.openTab(tab);
        expect(await playground.activeTab()).toBe(tab);
        expect(await playground.textOf('operation.graphql')).toContain(` ${tab} {`);
      }
    });

    it('cuts nothing of an example off', async () => {
      for (const tab of TABS) {
        await playground.openTab(tab);
        expect(await playground.cutOff()).toEqual([]);
      }
    });

    it.each(['first', 'second'] as const)('runs each tab right after a press on it, the %s time', async (time) => {
      for (const [tab, first, second] of ANSWERS) {
        await playground.openTab(tab);
        await playground.run();
        const answer = await playground.answer();
        expect(answer).toMatch(time === 'first' ? first : second);
        expect(answer).not.toContain('"errors"');
        expect(await playground.hint.count()).toBe(0);
      }
    });

    it('wears the colours that the person prefers', async () => {
      expect((await playground.brightness()) > 128 ? 'light' : 'dark').toBe(colours);
      await playground.openTab('WhichSystemsTouched');
      await playground.run();
      await playground.answer();
      if (screen === NARROW && colours === 'light') await picture(playground, 'playground-narrow.png');
    });

    it('documents the API', async () => {
      await playground.press(playground.page.getByLabel('Show Documentation Explorer'));
      const docs = playground.page.locator('.graphiql-doc-explorer');
      await docs.getByText('Syncs rows of external systems').waitFor();
      expect(await playground.isInWindow(docs.getByText('Syncs rows of external systems'))).toBe(true);
      await playground.press(docs.getByRole('link', { name: 'Query', exact: true }));
      await docs.getByText('All models, by name.').waitFor();
    });

    it('names its icons in words', async () => {
      const titles = await playground.page.locator('svg title').allTextContents();
      expect(titles.length).toBeGreaterThan(5);
      for (const title of titles) expect(title).toMatch(/^[a-z]{3,}( [a-z]{3,})* icon$/);
    });

    it('asks no other host for anything, and has nothing to complain about', () => {
      const { asked, complaints } = playground;
      expect(asked).toContain(`${server.url}/graphql`);
      expect([...new Set(asked.map((url) => new URL(url).origin))]).toEqual([server.url]);
      expect(complaints).toEqual([]);
    });
  });
});
