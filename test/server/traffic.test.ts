/** Limits on callers: HTTP 429, its details, and that the refused call has no effect. */
import { once } from 'node:events';
import { request } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { eventually } from '../support/eventually';
import { type Answer, ask, secretsOf, serving, syncOf, VIEWER, withoutWrites } from '../support/limitedServer';
import { samplesOf, scrape } from '../support/metrics';
import type { TestServer } from '../support/server';

const inProgress = async ({ server }: TestServer): Promise<unknown> =>
  samplesOf(await scrape(server.metricsUrl), 'nsync_runs_in_progress');

describe('requests per minute', () => {
  it('are counted for each caller, told in headers, and refused with HTTP 429', async () => {
    await serving({ NSYNC_MAX_CALLS_PER_MINUTE: '3' }, async (server) => {
      const [hr = '', erp = ''] = await secretsOf(server, ['hr', 'erp']);
      for (const remaining of [2, 1, 0]) {
        const { status, headers } = await ask(server.url, VIEWER, hr);
        expect([status, headers.get('ratelimit-policy')]).toEqual([200, '"calls";q=3;w=60']);
        expect(headers.get('ratelimit')).toMatch(new RegExp(`^"calls";r=${remaining};t=([1-9]|[1-5]\\d|60)$`));
      }
      const refused = await ask(server.url, syncOf('a'), hr);
      expect(refused).toMatchObject({ status: 429, code: 'RATE_LIMITED' });
      expect(refused.message).toMatch(
        /^The caller has reached its limit for requests per minute \(3\)\. Try again in \d+ seconds?\.$/,
      );
      expect(refused.headers.get('ratelimit')).toMatch(/^"calls";r=0;t=\d+$/);
      expect(refused.headers.get('retry-after')).toBe(String(refused.retryAfter));
      expect(await server.server.database.reader('tag')).toEqual([]);
      expect(await ask(server.url, VIEWER, erp)).toMatchObject({ status: 200 });
    });
  });

  it('are not counted for a person at the machine', async () => {
    await serving({ NSYNC_MAX_CALLS_PER_MINUTE: '1' }, async ({ url }) => {
      for (let call = 0; call < 5; call += 1) {
        const { status, headers } = await ask(url, VIEWER);
        expect([status, headers.get('ratelimit')]).toEqual([200, null]);
      }
    });
  });

  it('are counted by address if everyone is let in', async () => {
    await serving({ NSYNC_MAX_CALLS_PER_MINUTE: '1', NSYNC_INSECURE: '1' }, async ({ url }) => {
      expect(await ask(url, VIEWER)).toMatchObject({ status: 200 });
      expect(await ask(url, VIEWER)).toMatchObject({ status: 429 });
    });
  });
});

describe('invalid tokens', () => {
  it('of an address are refused without a look at them after a while; tokens that are known still come in', async () => {
    await serving({ NSYNC_MAX_FAILED_AUTHENTICATIONS: '2' }, async (server) => {
      const [known = '', unknown = ''] = await secretsOf(server, ['known', 'unknown']);
      expect(await ask(server.url, VIEWER, known)).toMatchObject({ status: 200 });
      for (let attempt = 0; attempt < 2; attempt += 1)
        expect(await ask(server.url, VIEWER, `nsync_${attempt}`)).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' }); // prettier-ignore
      for (const secret of ['nsync_3', unknown]) {
        const refused = await ask(server.url, VIEWER, secret);
        expect(refused).toMatchObject({ status: 429, code: 'RATE_LIMITED' });
        expect(refused.message).toMatch(
          /^This address has sent too many invalid tokens\. Try again in \d+ seconds?\.$/,
        );
      }
      expect(await ask(server.url, VIEWER, known)).toMatchObject({ status: 200 });
      expect(await ask(server.url, VIEWER)).toMatchObject({ status: 401 });
    });
  });
});

describe('runs at a time', () => {
  it.each([
    [
      'of a caller',
      { NSYNC_MAX_RUNS_PER_CALLER: '2' },
      /^The caller has reached its limit for runs at a time \(2\)\. Try again in 1 second\.$/,
      200,
    ],
    [
      'of a server',
      { NSYNC_MAX_RUNS: '2' },
      /^The server has reached its limit for runs at a time \(2\)\. Try again in 1 second\.$/,
      429,
    ],
  ])('%s are bounded, and nothing of a refused one is done', async (_whose, limit, message, ofAnother) => {
    await serving({ ...limit, NSYNC_METRICS_PORT: '0' }, async (server) => {
      const [hr = '', erp = ''] = await secretsOf(server, ['hr', 'erp']);
      let waiting: Promise<Answer>[] = [];
      let other: Promise<Answer> | undefined;
      await withoutWrites(server, async () => {
        waiting = [ask(server.url, syncOf('a'), hr), ask(server.url, syncOf('b'), hr)];
        // These calls are not yet recorded as runs, so the test cannot query them.
        await setTimeout(500);
        const refused = await ask(server.url, syncOf('c'), hr);
        expect(refused).toMatchObject({ status: 429, code: 'RATE_LIMITED', retryAfter: 1 });
        expect(refused.message).toMatch(message);
        expect(refused.headers.get('retry-after')).toBe('1');
        // Reads do not wait for runs.
        expect(await ask(server.url, VIEWER, hr)).toMatchObject({ status: 200 });
        other = ask(server.url, syncOf('d'), erp);
        await setTimeout(100);
      });
      expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([200, 200]);
      expect((await other)?.status).toBe(ofAnother);
      const labels = await server.server.database.reader('tag').pluck('label');
      expect(labels.sort()).toEqual(ofAnother === 200 ? ['a', 'b', 'd'] : ['a', 'b']);
      expect(await inProgress(server)).toEqual({ 'state="waiting"': 0, 'state="working"': 0 });
      expect(await ask(server.url, syncOf('c'), hr)).toMatchObject({ status: 200 });
    });
  });
});

/** Begins an upload of a file, and does not finish it. */
async function beginUpload(url: string, bytes: number) {
  const part = (name: string, value: string): string =>
    `--B\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const upload = request(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'multipart/form-data; boundary=B', 'apollo-require-preflight': '1' },
  });
  const answer = once(upload, 'response').then(([response]) => {
    const { statusCode, headers } = response as { statusCode: number; headers: Record<string, string> };
    (response as { resume(): void }).resume();
    return [statusCode, headers['retry-after']];
  });
  const operations = { query: 'mutation ($f: Upload!) { syncCsv(input: {system: "S", model: "Tag", file: $f, defaults: {actionFlags: "c", matchOn: "label"}}) { run { status } } }', variables: { f: null } }; // prettier-ignore
  upload.write(part('operations', JSON.stringify(operations)) + part('map', '{"0": ["variables.f"]}'));
  upload.write('--B\r\ncontent-disposition: form-data; name="0"; filename="tags.csv"\r\n\r\nlabel\n');
  upload.write('x'.repeat(bytes));
  return {
    answer,
    end: () => upload.end('\r\n--B--\r\n'),
    abort: () => {
      answer.catch(() => undefined);
      upload.destroy();
    },
  };
}

describe('what a server processes at a time', () => {
  it('requests with files are bounded', async () => {
    await serving({ NSYNC_MAX_UPLOADS: '1' }, async ({ url }) => {
      const first = await beginUpload(url, 10);
      await setTimeout(300);
      const second = await beginUpload(url, 10);
      second.end();
      expect(await second.answer).toEqual([429, '1']);
      first.end();
      expect(await first.answer).toEqual([200, undefined]);
      const third = await beginUpload(url, 10);
      third.abort();
      await eventually('the aborted upload is over', async () => {
        const fourth = await beginUpload(url, 10);
        fourth.end();
        return (await fourth.answer)[0] === 200;
      });
    });
  });

  it('bytes of files on disk are bounded', async () => {
    await serving({ NSYNC_MAX_ALL_UPLOADS_BYTES: '300000' }, async ({ url }) => {
      const first = await beginUpload(url, 200_000);
      await setTimeout(300);
      const second = await beginUpload(url, 200_000);
      second.end();
      expect(await second.answer).toEqual([429, '1']);
      first.end();
      expect(await first.answer).toEqual([200, undefined]);
      const third = await beginUpload(url, 200_000);
      third.end();
      expect(await third.answer).toEqual([200, undefined]);
    });
  });

  it('bytes of other bodies are bounded', async () => {
    await serving({ NSYNC_MAX_ALL_BODIES_BYTES: '3000' }, async (server) => {
      const slow = request(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-length': '2500' },
      });
      slow.on('error', () => undefined);
      slow.write('{"query": "');
      await setTimeout(300);
      const long = `${VIEWER}${' '.repeat(1000)}`;
      expect(await ask(server.url, long)).toMatchObject({ status: 429, code: 'RATE_LIMITED' });
      expect(await ask(server.url, VIEWER)).toMatchObject({ status: 200 });
      // A request without a body takes no memory of the limit.
      const query = `${server.url}/graphql?query=${encodeURIComponent(VIEWER)}`;
      expect((await fetch(query, { headers: { 'apollo-require-preflight': '1' } })).status).toBe(200);
      slow.destroy();
      await eventually('the aborted request is over', async () => (await ask(server.url, long)).status === 200);
      // A single request may be as large as the limit per request.
      expect(await ask(server.url, `${VIEWER}${' '.repeat(10_000)}`)).toMatchObject({ status: 200 });
    });
  });
});

it('the metrics tell which limit was exceeded', async () => {
  await serving({ NSYNC_MAX_CALLS_PER_MINUTE: '1', NSYNC_METRICS_PORT: '0' }, async (server) => {
    const [hr] = await secretsOf(server, ['hr']);
    for (let call = 0; call < 3; call += 1) await ask(server.url, VIEWER, hr);
    await eventually('both refusals are counted', async () => {
      const found = samplesOf(await scrape(server.server.metricsUrl), 'nsync_rate_limit_refusals_total');
      return found['reason="calls"'] === 2;
    });
  });
});
