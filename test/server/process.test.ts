/** The server as a process: how it runs and ends, and what remains afterwards. */
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readlinkSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ask, ServerProcesses, type Started } from '../support/serverProcess';

describe('the server process', () => {
  let processes: ServerProcesses;
  let folder: string;
  beforeAll(() => {
    processes = new ServerProcesses();
    ({ folder } = processes);
  });
  afterAll(() => processes.remove());
  const start = (environment: Readonly<Record<string, string>>): Started => processes.start(environment);

  it('starts with nothing set on a demo database of its own, and prints a mutation that works', async () => {
    const { child, ended, listening } = start({});
    const url = await listening;
    expect(await ask(url, '{ models { name } }')).toEqual({
      models: ['Car', 'House', 'Person', 'Tag'].map((name) => ({ name })),
    });
    child.kill('SIGTERM');
    const { code, stdout, stderr } = await ended;
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/Playground +http:\/\/127\.0\.0\.1:\d+\//);
    const body = /-d '(.*)'/.exec(stdout)?.[1] ?? '';
    const again = start({});
    const answer = await ask(await again.listening, (JSON.parse(body) as { query: string }).query);
    expect(answer).toMatchObject({ syncRows: { run: { status: 'COMPLETED' }, outcomes: [{ status: 'CREATED' }] } });
    again.child.kill('SIGTERM');
    expect((await again.ended).code).toBe(0);
  });

  it('lets a running request finish when it is told to stop', async () => {
    const { child, ended, listening } = start({ DATABASE_URL: 'sqlite:stop.sqlite', NSYNC_MODELS: 'demo' });
    const url = await listening;
    const rows = Array.from(
      { length: 8000 },
      (_, i) => `{externalKey:"${i}",values:{employee_id:"${i}",first_name:"A",last_name:"B"}}`,
    ).join();
    const answer = ask(
      url,
      `mutation { syncRows(input: {system: "S", model: "Person", defaults: {actionFlags: "cu", matchOn: ["employee_id"]}, rows: [${rows}]}) { run { status counts { created } } } }`,
    );
    await new Promise((resolve) => setTimeout(resolve, 150));
    child.kill('SIGTERM');
    expect(await answer).toMatchObject({ syncRows: { run: { status: 'COMPLETED', counts: { created: 8000 } } } });
    expect((await ended).code).toBe(0);
  });

  it('ends in its time though half of an upload is there', async () => {
    const environment = { DATABASE_URL: 'sqlite:half.sqlite', NSYNC_MODELS: 'demo', NSYNC_STOP_SECONDS: '1' };
    const { child, ended, listening } = start(environment);
    const sent = request(await listening, {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=b', 'apollo-require-preflight': '1' },
    });
    sent.on('error', () => undefined);
    const coming = setInterval(() => sent.write('x'.repeat(1000)), 20);
    await once(sent, 'socket');
    await new Promise((resolve) => setTimeout(resolve, 300));
    const began = performance.now();
    child.kill('SIGTERM');
    expect((await ended).code).toBe(0);
    clearInterval(coming);
    expect(performance.now() - began).toBeLessThan(9000);
  });

  it('stops a run that takes longer than its time, between two chunks', async () => {
    const environment = { DATABASE_URL: 'sqlite:stopped.sqlite', NSYNC_MODELS: 'demo', NSYNC_STOP_SECONDS: '0' };
    const { child, ended, listening } = start(environment);
    const url = await listening;
    const csv = `employee_id,first_name,last_name\n${Array.from({ length: 300_000 }, (_, i) => `${i},A,B\n`).join('')}`;
    const answer = fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        query:
          'mutation ($csv: String!) { syncCsv(input: {system: "S", model: "Person", defaults: {actionFlags: "cu", matchOn: ["employee_id"]}, csv: $csv}) { run { status } } }',
        variables: { csv },
      }),
    }).then((response) => response.json() as Promise<{ errors?: { extensions: { code: string } }[] }>);
    const isRunning = async (): Promise<boolean> =>
      JSON.stringify(await ask(url, '{ runs(statuses: [RUNNING]) { totalCount } }')).includes('1');
    while (!(await isRunning())) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill('SIGTERM');
    expect((await answer).errors?.[0]?.extensions.code).toBe('CANCELLED');
    expect((await ended).code).toBe(0);
    const again = start(environment);
    expect(
      await ask(await again.listening, '{ runs { nodes { status } } objects(model: "Person") { totalCount } }'),
    ).toEqual({
      runs: { nodes: [{ status: 'CANCELLED' }] },
      objects: { totalCount: 0 },
    });
    again.child.kill('SIGTERM');
    await again.ended;
  });

  it('writes JSON lines alone, though clients go away in the middle', async () => {
    const { child, ended, listening } = start({ NSYNC_BODY_TIMEOUT_SECONDS: '1' });
    const url = await listening;
    const send = (headers: Record<string, string>, body: string) => {
      const sent = request(url, { method: 'POST', headers });
      sent.on('error', () => undefined);
      sent.write(body);
      return sent;
    };
    const json = { 'content-type': 'application/json', 'content-length': '1000' };
    const upload = { 'content-type': 'multipart/form-data; boundary=B', 'apollo-require-preflight': '1' };
    // One client disconnects at once, the other after it was refused as too slow.
    for (const [headers, body] of [[json, '{'], [upload, '--B\r\n']] as const) {
      const gone = send(headers, body);
      await once(gone, 'socket');
      await pause(100);
      gone.destroy();
      const slow = send(headers, body);
      const [{ statusCode }] = (await once(slow, 'response')) as [{ statusCode: number }];
      expect(statusCode).toBe(408);
      slow.destroy();
    } // prettier-ignore
    expect(await ask(url, '{ __typename }')).toEqual({ __typename: 'Query' });
    child.kill('SIGTERM');
    const { code, stderr } = await ended;
    expect(code).toBe(0);
    for (const line of stderr.split('\n').filter((text) => text !== ''))
      expect(() => JSON.parse(line) as unknown).not.toThrow();
  });

  it('leaves nothing of an upload or of its outcomes on disk, however it ends', async () => {
    const temporary = join(folder, 'temporary');
    mkdirSync(temporary);
    const environment = { DATABASE_URL: 'sqlite:killed.sqlite', NSYNC_MODELS: 'demo', TMPDIR: temporary };
    const { child, ended, listening } = start(environment);
    const sent = request(await listening, {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=b', 'apollo-require-preflight': '1' },
    });
    sent.on('error', () => undefined);
    const part = (name: string, content: string): string =>
      `--b\r\ncontent-disposition: form-data; name="${name}"${name === '0' ? '; filename="p.csv"' : ''}\r\n\r\n${content}\r\n`;
    const query =
      'mutation ($f: Upload!) { syncCsv(input: {system: "S", model: "Person", file: $f}) { run { status } } }';
    sent.write(part('operations', JSON.stringify({ query, variables: { f: null } })));
    sent.write(part('map', '{"0": ["variables.f"]}'));
    sent.write(part('0', 'employee_id\n'.repeat(100_000)));
    const isSpooling = (): boolean =>
      readdirSync(`/proc/${child.pid}/fd`).some((descriptor) => {
        try {
          return readlinkSync(`/proc/${child.pid}/fd/${descriptor}`).startsWith(temporary);
        } catch {
          return false;
        }
      });
    if (existsSync('/proc/self/fd'))
      for (let tries = 0; tries < 500 && !isSpooling(); tries += 1) await new Promise((wait) => setTimeout(wait, 10));
    child.kill('SIGKILL');
    await ended;
    const again = start(environment);
    await again.listening;
    expect(readdirSync(temporary)).toEqual([]);
    again.child.kill('SIGTERM');
    await again.ended;
  });
});
