/// <reference lib="dom" />
/**
 * The token pane of the playground: the caller, what the caller may see, and where the token is stored. NSYNC_SCREENSHOTS=FOLDER stores pictures of
 * the pane.
 */
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { AccessPane } from '../support/accessPane';
import { launchChromium } from '../support/chromium';
import { DATABASES } from '../support/databases';
import { describeInBrowser, PlaygroundPage, type Screen } from '../support/playgroundPage';
import { serve, type TestServer } from '../support/server';

const WIDE: Screen = { width: 1280, height: 720 };
const NARROW: Screen = { width: 390, height: 844 };
const OPERATION = 'operation.graphql';
/** Slightly longer than the page waits before it stores its tabs. */
const STORED_MS = 800;
const NO_TOKEN = 'This server requires a token.';

/** The data of an operation. Throws if the response contains errors. */
async function ask<T>(url: string, query: string, token: string | null): Promise<T> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token === null ? {} : { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = (await response.json()) as { data?: T | null; errors?: unknown };
  if (errors || !data) throw new Error(JSON.stringify(errors));
  return data;
}

async function createToken(url: string, name: string, scope: string, by: string | null): Promise<string> {
  const query = `mutation { createToken(input: {name: "${name}", scopes: ["${scope}"]}) { secret } }`;
  return (await ask<{ createToken: { secret: string } }>(url, query, by)).createToken.secret;
}

const picture = async ({ page }: PlaygroundPage, name: string): Promise<void> => {
  const folder = process.env.NSYNC_SCREENSHOTS;
  if (folder) await page.screenshot({ path: join(folder, name) });
};

/** Everything that a page has stored, as text. */
const stored = (page: Page, storage: 'localStorage' | 'sessionStorage'): Promise<string> =>
  page.evaluate((name) => JSON.stringify(Object.entries(window[name])), storage);

/** The proposals at the `|` of an operation. */
async function proposalsAt(playground: PlaygroundPage, text: string): Promise<string[]> {
  const { keyboard } = playground.page;
  await playground.write(OPERATION, text.replace('|', ''), text.indexOf('|'));
  await keyboard.press('Control+Space');
  const names = playground.page.locator('.suggest-widget.visible .monaco-list-row .label-name');
  await names.first().waitFor();
  const proposed = await names.allInnerTexts();
  await keyboard.press('Escape');
  return proposed;
}

const MODELS = '{ objects(model: "|") { totalCount } }';
const SYSTEMS = '{ externalSystem(name: "|") { name } }';
const FIELDS = 'mutation { syncRows(input: { model: "Person", rows: [{ values: { | } }] }) { run { id } } }';

describeInBrowser('the token in the playground', () => {
  let browser: Browser;
  let server: TestServer;
  let admin = '';
  let reader = '';
  let hr = '';
  let playground: PlaygroundPage;
  let pane: AccessPane;

  const open = async (screen = WIDE, colours: 'light' | 'dark' = 'light'): Promise<void> => {
    playground = await PlaygroundPage.open(browser, server.url, screen, colours);
    pane = new AccessPane(playground.page);
  };
  const caller = (name: string): Locator =>
    playground.page.getByRole('button', { name: `Access: ${name}`, exact: true });
  const answerTo = async (operation: string): Promise<string> => {
    await playground.write(OPERATION, operation);
    await playground.run();
    return playground.answer();
  };

  beforeAll(async () => {
    browser = await launchChromium();
    server = await serve(DATABASES[0]!);
    for (const name of ['HRSystem', 'Land registry'])
      await ask(
        server.url,
        `mutation { saveExternalSystem(input: {name: "${name}"}) { externalSystem { name } } }`,
        null,
      );
    admin = await createToken(server.url, 'boss', 'admin', null);
    reader = await createToken(server.url, 'reader', 'read', admin);
    hr = await createToken(server.url, 'hr', 'sync:HRSystem/Person:cu', admin);
  });
  afterEach(() => playground.close());
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  describe.each([
    [WIDE, 'light'],
    [WIDE, 'dark'],
    [NARROW, 'light'],
    [NARROW, 'dark'],
  ] as const)('on %j, %s', (screen, colours) => {
    it('is asked for, and the keyboard is enough to give it', async () => {
      await open(screen, colours);
      const { keyboard } = playground.page;
      await pane.problem.getByText(NO_TOKEN).waitFor();
      await picture(playground, `token-${screen.width}-${colours}-needed.png`);
      for (const part of [pane.problem, pane.field, pane.button('Use')])
        expect(await playground.isInWindow(part)).toBe(true);
      expect(await playground.cutOff()).toEqual([]);

      await keyboard.type(hr);
      await keyboard.press('Tab');
      expect(await pane.button('Use').evaluate((button) => button === document.activeElement)).toBe(true);
      await keyboard.press('Enter');
      await pane.caller.getByText('sync:HRSystem/Person:cu').waitFor();
      await picture(playground, `token-${screen.width}-${colours}-used.png`);
      expect(await pane.caller.innerText()).toMatch(/^Name\s+hr\s+Scopes\s+sync:HRSystem\/Person:cu$/);
      expect([await pane.problem.innerText(), await pane.field.inputValue()]).toEqual(['', '']);
      expect(await playground.isInWindow(pane.button('Forget'))).toBe(true);
      expect(await playground.cutOff()).toEqual([]);
    });
  });

  it('is sent with the operations of every tab, and with nothing before it is given', async () => {
    await open();
    await playground.run();
    expect(await playground.answer()).toContain('The request has no token.');
    await pane.enter(reader, 'reader');
    await playground.run();
    expect(await playground.answer()).toMatch(/"name": "Person"/);
    await playground.openTab('LastRuns');
    await playground.run();
    expect(await playground.answer()).toMatch(/"nodes": \[\]/);
  });

  it('decides which models, fields and systems are proposed', async () => {
    await open();
    await pane.enter(hr, 'hr');
    expect(await proposalsAt(playground, MODELS)).toEqual(['Person']);
    expect(await proposalsAt(playground, SYSTEMS)).toEqual(['HRSystem']);
    const fields = await proposalsAt(playground, FIELDS);
    expect(fields).toContain('first_name');
    expect(fields).not.toContain('houses');

    await pane.enter(reader, 'reader');
    expect(await proposalsAt(playground, MODELS)).toEqual(['Car', 'House', 'Person', 'Tag']);
    expect(await proposalsAt(playground, SYSTEMS)).toEqual(['HRSystem', 'Land registry']);
    expect(await proposalsAt(playground, FIELDS)).toContain('houses');
  });

  it('decides which examples there are, and leaves tabs of one’s own alone', async () => {
    await open();
    expect(await playground.tabNames()).toEqual(['ListModels', 'LastRuns']);
    await playground.openTab('LastRuns');
    await playground.write(OPERATION, 'query Mine { modelWarnings }');
    await playground.tab('Mine').waitFor();
    await pane.enter(hr, 'hr');
    await playground.tab('Preview').waitFor();
    expect(await playground.tabNames()).toEqual(['ListModels', 'Preview', 'PreviewCsv', 'LastRuns', 'Mine']);
    expect(await playground.activeTab()).toBe('Mine');
    await playground.openTab('Preview');
    await playground.run();
    expect(await playground.answer()).toMatch(/"created": 1/);

    // The open tab is not one of the next caller's examples.
    await pane.enter(reader, 'reader');
    await playground.tab('TouchedObjects').waitFor();
    expect(await playground.tabNames()).toEqual(['ListModels', 'TouchedObjects', 'LastRuns', 'Mine']);
    expect(await playground.activeTab()).toBe('ListModels');
    expect(await playground.textOf(OPERATION)).toContain('query ListModels');
    expect(await playground.textOf('response.json')).toBe('');
  });

  it('is not used if the server refuses it, which the server explains', async () => {
    await open();
    await pane.use(`nsync_${'a'.repeat(43)}`);
    await pane.problem.getByText('The token is not valid.', { exact: true }).waitFor();
    await pane.use('not a token');
    await pane.problem.getByText('The header Authorization has no bearer token.').waitFor();
    await pane.use('a\u2026');
    await pane.problem.getByText('The header "authorization" cannot be sent').waitFor();
    expect(await stored(playground.page, 'sessionStorage')).toBe('[]');
    await pane.enter(`Bearer ${hr} `, 'hr');
    await pane.use('nope');
    await pane.problem.getByText('The token is not valid.', { exact: true }).waitFor();
    expect(await answerTo('{ viewer { name } }')).toContain('"hr"');
  });

  it('opens the pane again once it is revoked', async () => {
    const temporary = await createToken(server.url, 'temporary', 'read', admin);
    await open();
    await pane.enter(temporary, 'temporary');
    await playground.press(caller('temporary'));
    await pane.root.waitFor({ state: 'hidden' });
    await ask(server.url, 'mutation { revokeToken(input: {name: "temporary"}) { token { name } } }', admin);
    await playground.run();
    await pane.problem.getByText('Token temporary was revoked.', { exact: true }).waitFor();
    expect(await pane.caller.innerText()).toBe('');
  });

  it('gives way to a tab’s own header', async () => {
    await open();
    await pane.enter(hr, 'hr');
    await playground.page.getByRole('button', { name: 'Headers', exact: true }).click();
    await playground.write('request-headers.json', JSON.stringify({ AUTHORIZATION: `Bearer ${reader}` }));
    expect(await answerTo('{ viewer { name } }')).toContain('"reader"');
    await playground.write('request-headers.json', '{"Authorization": "Bearer nope"}');
    expect(await answerTo('{ viewer { name } }')).toContain('The token is not valid.');
    expect(await pane.caller.innerText()).toContain('hr');
  });

  it('stays when the page is loaded again, in this browser tab alone, and nowhere else', async () => {
    await open();
    await pane.enter(hr, 'hr');
    await playground.openTab('Preview');
    await playground.run();
    await playground.answer();
    await playground.page.waitForTimeout(STORED_MS);
    await playground.page.reload();
    await caller('hr').waitFor();
    expect(await answerTo('{ viewer { name } }')).toContain('"hr"');

    const other = await playground.page.context().newPage();
    await other.goto(server.url);
    await new AccessPane(other).problem.getByText(NO_TOKEN).waitFor();
    expect(await stored(other, 'sessionStorage')).toBe('[]');

    expect(await stored(playground.page, 'sessionStorage')).toContain(hr);
    const local = await stored(playground.page, 'localStorage');
    expect(local).toContain('Preview');
    expect(local).not.toContain(hr);
    expect(playground.asked).toContain(`${server.url}/playground/examples`);
    expect(playground.asked.filter((url) => url.includes(hr))).toEqual([]);
  });

  it('is forgotten on request, with the examples and the answers', async () => {
    await open();
    await pane.enter(admin, 'boss');
    await playground.openTab('SyncPersons');
    await playground.openTab('ListModels');
    await playground.run();
    expect(await playground.answer()).toContain('Person');
    await pane.button('Forget').click();
    await pane.problem.getByText(NO_TOKEN).waitFor();
    await caller('No access').waitFor();
    expect(await pane.field.evaluate((field) => field === document.activeElement)).toBe(true);
    expect(await pane.button('Forget').count()).toBe(0);
    expect(await playground.tabNames()).toEqual(['ListModels', 'LastRuns']);
    expect(await playground.textOf('response.json')).toBe('');
    expect(await stored(playground.page, 'sessionStorage')).toBe('[]');
    await playground.run();
    expect(await playground.answer()).toContain('The request has no token.');
  });
});

describeInBrowser('the playground of an open server', () => {
  it('says that one is anonymous, and sends no token', async () => {
    const browser = await launchChromium();
    const server = await serve(DATABASES[0]!);
    try {
      const playground = await PlaygroundPage.open(browser, server.url, WIDE);
      const authorizations: (string | undefined)[] = [];
      playground.page.on('request', (request) => authorizations.push(request.headers().authorization));
      const button = playground.page.getByRole('button', { name: 'Access: anonymous', exact: true });
      await button.waitFor();
      const pane = new AccessPane(playground.page);
      expect(await pane.root.count()).toBe(0);
      await playground.run();
      expect(await playground.answer()).toMatch(/"name": "Person"/);
      await playground.press(button);
      await pane.caller.getByText('anonymous').waitFor();
      expect([await pane.problem.innerText(), await pane.button('Forget').count()]).toEqual(['', 0]);
      expect(authorizations.length).toBeGreaterThan(0);
      expect(authorizations.filter((each) => each !== undefined)).toEqual([]);
      expect(playground.complaints).toEqual([]);
      await picture(playground, 'token-open-server.png');

      // With the first token, the server refuses requests without one.
      await createToken(server.url, 'boss', 'admin', null);
      await playground.press(button);
      await playground.run();
      await pane.problem.getByText(NO_TOKEN).waitFor();
    } finally {
      await browser.close();
      await server.stop();
    }
  });
});
