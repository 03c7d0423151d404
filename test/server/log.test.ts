/** The log: callers and operations, but no value of a row at level info and above. */
import pino from 'pino';
import { SyncCsvDocument, SyncRowsDocument } from '../../schema/operations/generated';
import { DATABASES } from '../support/databases';
import { serve, type TestServer } from '../support/server';

const MARKER = 'Marker7f3a';

interface Line {
  readonly level: number;
  readonly msg: string;
  readonly [field: string]: unknown;
}

class Log {
  text = '';
  constructor(readonly level: string) {}
  readonly logger = () => pino({ level: this.level }, { write: (line: string) => void (this.text += line) });
  get lines(): Line[] {
    return this.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
  }
}

const row = (id: string, values: object = {}) => ({
  actionFlags: 'cu*',
  matchOn: ['employee_id'],
  externalKey: `${MARKER} key ${id}`,
  values: { employee_id: `${MARKER} ${id}`, first_name: MARKER, last_name: MARKER, ...values },
});

/** Sends markers in every part of a row: values, keys, references, unknown fields, and values that the database refuses. */
async function sendMarkers(server: TestServer): Promise<void> {
  const rows = [
    row('1'),
    row('2', { age: MARKER }),
    row('3', { nonsense: MARKER }),
    row('4', { first_name: `${MARKER}'"\`\\`.repeat(200) }),
    { ...row('5'), matchOn: [MARKER] },
    { ...row('6'), actionFlags: MARKER },
  ];
  const input = { system: 'HR', model: 'Person', rows };
  await server.send(SyncRowsDocument, { input });
  await server.send(SyncRowsDocument, { input: { ...input, options: { onError: 'CONTINUE' } } });
  const csv = `address,owner=>employee_id\n${MARKER} road,${MARKER} 9\n"${MARKER}`;
  const defaults = { actionFlags: 'cu', matchOn: ['address'] };
  await server.fail(SyncCsvDocument, { input: { system: 'HR', model: 'House', csv, defaults } });
  await server.send(SyncCsvDocument, { input: { system: 'HR', model: 'House', csv: csv.replace('"', ''), defaults } });
  await server.upload(SyncCsvDocument, { input: { system: 'HR', model: 'Tag', defaults: { actionFlags: 'c' } } }, { 'input.file': { name: `${MARKER}.csv`, content: `label\n${MARKER}\n` } }); // prettier-ignore
  await server.fail(SyncRowsDocument, { input: { ...input, model: MARKER } });
  const ask = (query: string, variables: object = {}) =>
    fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
  const where = 'query ($where: JSONObject) { objects(model: "Person", where: $where) { nodes { values } } }';
  await ask(where, { where: { age: MARKER } });
  await ask(where, { where: { first_name: MARKER } });
  await ask(`{ ${MARKER}: objects(model: "${MARKER}") { nodes { values } } }`);
  await ask(`{ ${MARKER}`);
  await fetch(`${server.url}/graphql?query=${MARKER}`);
  await fetch(`${server.url}/${MARKER}?${MARKER}`);
}

/** Makes the database fail in the middle of a call, with statements that contain values. */
async function breakDatabase(server: TestServer): Promise<void> {
  const { knex } = server.server.database;
  const input = { system: 'HR', model: 'Person', rows: [row('7'), row('8')] };
  for (const table of ['nsync_row_outcomes', 'nsync_external_key_mappings']) {
    await knex.schema.renameTable(table, `${table}_gone`);
    await server.fail(SyncRowsDocument, { input });
    await knex.schema.renameTable(`${table}_gone`, table);
  }
}

describe.each(DATABASES)('the log on $name', (kind) => {
  it('has no value of a row at level info, whatever goes wrong', async () => {
    const log = new Log('info');
    const server = await serve(kind, { log: log.logger() });
    await sendMarkers(server);
    await breakDatabase(server);
    await server.stop();
    expect(log.lines.filter((line) => JSON.stringify(line).includes(MARKER))).toEqual([]);
    const failures = log.lines.filter(({ msg }) => msg === 'request failed');
    expect(failures.length).toBe(2);
    for (const { err, requestId } of failures) {
      const { stack, code, errno } = err as { stack: string[]; code?: string; errno?: number };
      expect([stack.length > 0, code ?? errno, requestId]).toEqual([true, expect.anything(), expect.any(String)]);
    }
  });

  it('has the whole error at level debug', async () => {
    const log = new Log('debug');
    const server = await serve(kind, { log: log.logger() });
    await breakDatabase(server);
    await server.stop();
    const details = log.lines.filter(({ msg, detail }) => msg === 'request failed' && detail !== undefined);
    expect(details.map(({ detail }) => String((detail as { message: string }).message))).toEqual([
      expect.stringContaining('nsync_row_outcomes'),
      expect.stringContaining('nsync_external_key_mappings'),
    ]);
    const quoting = log.lines.filter((line) => JSON.stringify(line).includes(MARKER));
    // PostgreSQL's statements do not contain their values.
    if (kind.name !== 'PostgreSQL') expect(quoting.length).toBeGreaterThan(0);
    expect(quoting.filter(({ level }) => level > 20)).toEqual([]);
  });
});

describe('lines about requests and runs', () => {
  it('have the ids of both, and the name of who asked', async () => {
    const log = new Log('info');
    const server = await serve(DATABASES[0]!, { log: log.logger() });
    const { run } = (await server.send(SyncRowsDocument, { input: { system: 'HR', model: 'Person', rows: [row('1')] } })).syncRows; // prettier-ignore
    await fetch(`${server.url}/health`);
    await server.stop();
    const about = log.lines.filter(({ msg }) => msg.startsWith('run ') || msg === 'request');
    const [started] = about;
    const who = { requestId: started?.requestId, viewer: 'anonymous' };
    expect(about).toMatchObject([
      { ...who, msg: 'run started', run: run.id, dryRun: false, sources: [{ system: 'HR', model: 'Person' }] },
      { ...who, msg: 'run ended', run: run.id, status: 'COMPLETED', counts: { rows: 1, created: 1 } },
      { ...who, msg: 'request', method: 'POST', path: '/graphql', status: 200, field: 'syncRows' },
    ]);
    expect(started?.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });
});
