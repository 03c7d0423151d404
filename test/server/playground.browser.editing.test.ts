/** Editing in the playground, on tables that nsync did not create: completion, validation of variables, failures, and network traffic. */
import { createServer, connect, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../support/chromium';
import { DATABASES } from '../support/databases';
import { describeInBrowser, type EditorFile, PlaygroundPage } from '../support/playgroundPage';
import type { TestServer } from '../support/server';
import { CHINOOK } from '../zeroCode/publicSchemas';
import { zeroCode } from '../zeroCode/support';

const SCREEN = { width: 1280, height: 720 };
const OPERATION = 'operation.graphql';
const VARIABLES = 'variables.json';
/** Slightly longer than the editor waits after a change before it checks the variables. */
const CHECKED_MS = 2500;

describeInBrowser('writing in the playground', () => {
  let browser: Browser;
  let server: TestServer;
  let playground: PlaygroundPage;
  beforeAll(async () => {
    browser = await launchChromium();
    ({ server } = await zeroCode(DATABASES[0]!, CHINOOK));
    playground = await PlaygroundPage.open(browser, server.url, SCREEN);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  it('shows what a row of one of the tables would do', async () => {
    await playground.openTab('Preview');
    await playground.run();
    expect(await playground.answer()).toContain('"CREATED"');
    const folder = process.env.NSYNC_SCREENSHOTS;
    if (folder) await playground.page.screenshot({ path: join(folder, 'playground.png') });
  });

  it('runs an operation that has just been renamed', async () => {
    await playground.write(OPERATION, 'query Renamed { externalSystems { totalCount } }');
    await playground.write(VARIABLES, '');
    await playground.page.keyboard.press('ControlOrMeta+Enter');
    expect(await playground.answer()).toMatch(/"totalCount": 0/);
  });

  const SYNC = 'mutation ($input: SyncRowsInput!) { syncRows(input: $input) { run { status } } }';
  it('runs the operation at the cursor, also right after it has been written', async () => {
    const text = 'query One { models { name } } query Two { runs { totalCount } } query Three { modelWarnings }';
    for (const [name, expected] of [
      ['One', '"models"'],
      ['Two', '"runs"'],
      ['Three', '"modelWarnings"'],
    ] as const) {
      await playground.write(OPERATION, 'query Other { externalSystems { totalCount } }');
      await playground.page.waitForTimeout(500);
      await playground.write(OPERATION, text, text.indexOf(name) + 1);
      await playground.page.keyboard.press('ControlOrMeta+Enter');
      expect(await playground.answer()).toContain(expected);
    }
  });

  /** A row of an artist, with further members of the row and of the input. */
  const row = (more = '', input = ''): string =>
    `{"input": {"system": "S", "model": "Artist", ${input} "rows": [{"values": {"Name": "A"}${more}}]}}`;

  it.each<[name: string, operation: string, variables: string]>([
    ['an object of values', SYNC, row()],
    ['options in part', SYNC, row('', '"options": {"dryRun": true}, "defaults": {"actionFlags": "cu"},')],
    ['nulls for what has a default', SYNC, row('', '"options": {"dryRun": null, "onError": null, "createExternalSystem": null},')],
    ['a number for an ID', SYNC, row(', "externalKey": 1')],
    ['one value for a list', SYNC, row(', "matchOn": "Name"')],
    ['no value for a variable with a default', 'query ($first: Int! = 5) { runs(first: $first) { totalCount } }', '{}'],
    ['any JSON', 'query ($where: JSONObject) { objects(model: "Artist", where: $where) { totalCount } }', '{"where": {"Name": null}}'],
    ['a time', 'mutation ($input: PruneRunsInput!) { pruneRuns(input: $input) { runs } }', '{"input": {"finishedBefore": "2020-01-01T00:00:00Z"}}'],
  ])('takes valid variables for valid: %s', async (_name, operation, variables) => {
    await playground.write(OPERATION, operation);
    await playground.write(VARIABLES, variables);
    await playground.page.waitForTimeout(CHECKED_MS);
    expect([await playground.underlined(VARIABLES), await playground.underlined(OPERATION)]).toEqual([[], []]);
    await playground.run();
    expect(await playground.answer()).not.toContain('"errors"');
  }); // prettier-ignore

  it.each<[name: string, variables: string]>([
    ['a field that there is not', '{"input": {"system": "S", "model": "Artist", "rowz": []}}'],
    ['a text for a flag', row('', '"options": {"dryRun": "yes"},')],
    ['a list of values', row().replace('{"Name": "A"}', '["A"]')],
  ])('underlines %s', async (_name, variables) => {
    await playground.write(OPERATION, SYNC);
    await playground.write(VARIABLES, variables);
    await playground.page.waitForTimeout(CHECKED_MS);
    expect(await playground.underlined(VARIABLES)).not.toEqual([]);
  });

  it.each<[name: string, file: EditorFile, text: string, typed: string, proposal: string, result: string]>([
    ['a field of the schema', OPERATION, '{ models { | } }', 'na', 'name', '{ models { name } }'],
    ['a model', OPERATION, '{ objects(model: "|") { totalCount } }', 'Gen', 'Genre', '{ objects(model: "Genre") { totalCount } }'],
    ['a field of values', OPERATION, 'mutation { syncRows(input: { model: "Album", rows: [{ values: { | } }] }) { run { id } } }', 'Ti', 'Title', 'mutation { syncRows(input: { model: "Album", rows: [{ values: { Title:  } }] }) { run { id } } }'],
    ['a model in variables', VARIABLES, '{"model": "|"}', 'Gen', 'Genre', '{"model": "Genre"}'],
    ['a field in variables', VARIABLES, '{"input": {"model": "Album", "rows": [{"values": {"|": 1}}]}}', 'Ti', 'Title', '{"input": {"model": "Album", "rows": [{"values": {"Title": 1}}]}}'],
  ])('completes %s', async (_name, file, text, typed, proposal, result) => {
    const offset = text.indexOf('|');
    await playground.write(file, text.replace('|', ''), offset);
    await playground.page.keyboard.type(typed);
    await playground.page.keyboard.press('Control+Space');
    const option = playground.page.locator('.suggest-widget.visible').getByRole('option', { name: proposal }).first();
    await option.waitFor();
    await playground.page.keyboard.press('Enter');
    await option.waitFor({ state: 'hidden' });
    expect(await playground.textOf(file)).toBe(result);
  }); // prettier-ignore

  describe('failures', () => {
    const JSON_HEADERS = { 'content-type': 'application/json' };
    it.each<[name: string, answer: { status?: number; body: string; headers?: Record<string, string> } | null, message: RegExp]>([
      ['a server that is gone', null, /does not answer\. Check that the server runs/],
      ['a page instead of JSON', { status: 502, body: '<h1>Bad gateway</h1>' }, /status 502, and no JSON: <h1>Bad gateway/],
      ['nothing', { status: 200, body: '' }, /status 200, and no JSON: \(nothing\)/],
      ['a JSON text that is no answer', { body: 'null', headers: JSON_HEADERS }, /status 200, and no JSON: null/],
    ])('says so without a stack: %s', async (_name, answer, message) => {
      await playground.page.route('**/graphql', (route) => (answer ? route.fulfill(answer) : route.abort()));
      await playground.write(OPERATION, '{ models { name } }');
      await playground.write(VARIABLES, '');
      await playground.run();
      const text = await playground.answer();
      await playground.page.unroute('**/graphql');
      expect(text).toMatch(message);
      expect(text).not.toMatch(/stack|\bat \w+ \(|\.js/);
    }); // prettier-ignore

    it.each<[name: string, file: EditorFile, text: string, message: RegExp]>([
      ['a header that is none', 'request-headers.json', '{"a b": "c"}', /The header ..a b.. cannot be sent: HTTP does not allow/],
      ['variables that are no JSON', VARIABLES, '{"a": }', /Variables are invalid JSON/],
      ['variables that are no object', VARIABLES, '[1]', /Variables are not a JSON object/],
      ['an operation that is none', OPERATION, 'query {', /Syntax Error/],
    ])('says so without a stack: %s', async (_name, file, text, message) => {
      await playground.write(OPERATION, '{ models { name } }');
      await playground.write(VARIABLES, '');
      await playground.write(file, text);
      await playground.run();
      const answer = await playground.answer();
      expect(answer).toMatch(message);
      expect(answer).not.toMatch(/stack|\bat \w+ \(|\.js/);
      await playground.write(file, '');
    }); // prettier-ignore
  });
});

/** A proxy between a browser and a server, which counts the bytes that are sent to the browser. */
class Counter {
  private bytes = 0;

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async to(url: string): Promise<Counter> {
    const { hostname, port } = new URL(url);
    const server = createServer((client) => {
      const upstream = connect(Number(port), hostname);
      upstream.on('data', (data) => (counter.bytes += data.length));
      client.pipe(upstream).pipe(client);
      for (const socket of [client, upstream]) socket.on('error', () => socket.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const counter = new Counter(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    return counter;
  }

  /** The bytes since the last call. */
  take(): number {
    const { bytes } = this;
    this.bytes = 0;
    return bytes;
  }

  close(): void {
    this.server.close();
  }
}

describeInBrowser('loading the playground', () => {
  it('takes 2.5 MB at most the first time, and 50 kB the second', async () => {
    const { server } = await zeroCode(DATABASES[0]!, CHINOOK);
    const browser = await launchChromium();
    const counter = await Counter.to(server.url);
    try {
      const playground = await PlaygroundPage.open(browser, counter.url, SCREEN);
      // The workers for validation and completion are loaded when they are first needed.
      await playground.openTab('Preview');
      await playground.page.waitForTimeout(CHECKED_MS);
      const first = counter.take();
      await playground.load(counter.url);
      await playground.openTab('PreviewCsv');
      await playground.page.waitForTimeout(CHECKED_MS);
      const second = counter.take();
      if (process.env.NSYNC_SCREENSHOTS)
        process.stderr.write(`Loading the playground: ${first}, then ${second} bytes.\n`);
      expect(first).toBeGreaterThan(500_000);
      expect(first).toBeLessThanOrEqual(2_500_000);
      expect(second).toBeGreaterThan(0);
      expect(second).toBeLessThanOrEqual(50_000);
    } finally {
      await browser.close();
      counter.close();
      await server.stop();
    }
  });
});
