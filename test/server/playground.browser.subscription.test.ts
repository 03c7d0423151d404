/** A subscription in the playground: its events replace each other, until the run has finished or the person stops it. */
import type { Browser } from 'playwright-core';
import { launchChromium } from '../support/chromium';
import { DATABASES } from '../support/databases';
import { eventually } from '../support/eventually';
import { type ForeignRun, foreignRun } from '../support/foreignRun';
import { describeInBrowser, PlaygroundPage } from '../support/playgroundPage';
import { samplesOf, scrape } from '../support/metrics';
import { serve, type TestServer } from '../support/server';

describeInBrowser('a subscription in Chromium', () => {
  let browser: Browser;
  let server: TestServer;
  let playground: PlaygroundPage;
  beforeAll(async () => {
    browser = await launchChromium();
    server = await serve(DATABASES[0]!);
    playground = await PlaygroundPage.open(browser, server.url, { width: 1280, height: 720 }, 'light');
    await playground.openTab('WatchRun');
  });
  afterAll(async () => {
    await playground?.close();
    await browser?.close();
    await server?.stop();
  });

  const watch = async (id: string): Promise<void> => {
    const example = await playground.textOf('operation.graphql');
    await playground.write('operation.graphql', example.replace(/id: \d+/, `id: ${id}`));
    await playground.run();
  };
  const answers = (pattern: RegExp): Promise<unknown> =>
    eventually(String(pattern), async () => pattern.test(await playground.textOf('response.json')));
  const watchNew = async (): Promise<ForeignRun> => {
    const run = await foreignRun(server.server.database);
    await watch(run.id);
    await answers(/"phase": "WAITING"/);
    return run;
  };

  it('shows each event, and ends with the run', async () => {
    const run = await watchNew();
    await run.report('SYNCING', 3);
    await answers(/"rowsDone": 3,/);
    expect(await playground.textOf('response.json')).not.toContain('WAITING');
    await run.finish();
    await answers(/"status": "COMPLETED",\s+"progress": null,/);
    await playground.page.getByLabel('Execute query (Ctrl-Enter)').waitFor();
  });

  it('is stopped by a press on the button', async () => {
    await watchNew();
    await playground.run();
    await eventually('the request is over', async () => {
      const samples = samplesOf(await scrape(server.server.metricsUrl), 'nsync_http_requests_total');
      return samples['method="POST",path="/graphql",status="200"'] === 3;
    });
  });

  it('says why there are no events', async () => {
    await watch('99');
    await answers(/"errors"[^]*There is no run \\"99\\"\./);
    await server.stop();
    await watch('98');
    await answers(/does not answer\. Check that the server runs/);
    server = await serve(DATABASES[0]!);
  });
});
