/** R44: a database that restarts within half a minute counts as a lost connection. Every call waits, and repeats its work. */
import { setTimeout } from 'node:timers/promises';
import { print } from 'graphql';
import pino from 'pino';
import {
  ModelsDocument,
  SaveExternalSystemDocument,
  SyncCsvDocument,
  SyncRowsDocument,
} from '../../schema/operations/generated';
import { readSettings } from '../../src/server/settings';
import { type RunningServer, startServer } from '../../src/server/start';
import { DATABASES, migratedDatabase, type TestDatabase } from '../support/databases';
import { type RestartingDatabase, restartingDatabase } from '../support/restartingDatabase';

const ROWS = 3000;
/** Longer than the retries after a deadlock. */
const AWAY_MILLISECONDS = 8000;

const rows = (model: string): { externalKey: string; values: object }[] =>
  Array.from({ length: ROWS }, (_, index) => ({
    externalKey: `key ${index}`,
    values: model === 'Tag' ? { label: `T${index}` } : { employee_id: `E${index}`, first_name: 'A', last_name: 'B' },
  }));

interface Answer {
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[];
  readonly data?: { readonly [field: string]: unknown };
}

describe.each(DATABASES.filter(({ name }) => name !== 'SQLite'))('R44 on $name', (kind) => {
  let test: TestDatabase;
  let away: RestartingDatabase;
  let server: RunningServer;
  beforeAll(async () => {
    test = await migratedDatabase(kind);
    away = await restartingDatabase(test.url);
    const settings = readSettings({ DATABASE_URL: away.url, PORT: '0', NSYNC_MODELS: 'demo' });
    server = await startServer(settings, pino({ level: 'silent' }));
  });
  afterAll(async () => {
    await server.stop();
    await away.stop();
    await test.drop();
  });

  const send = async (document: Parameters<typeof print>[0], variables: object): Promise<Answer> => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: print(document), variables }),
    });
    return (await response.json()) as Answer;
  };
  const syncRows = (system: string, model: string, options: object): Promise<Answer> =>
    send(SyncRowsDocument, {
      input: {
        system,
        model,
        rows: rows(model),
        defaults: { actionFlags: 'cu*', matchOn: [model === 'Tag' ? 'label' : 'employee_id'] },
        options,
      },
    });

  it('every entry waits for a database that is away, in the midst of its work and before', async () => {
    const begun = [
      syncRows('Rolling back', 'Person', {}),
      syncRows('Continuing', 'Tag', { onError: 'CONTINUE' }),
      send(SyncCsvDocument, { input: { system: 'CSV', model: 'Car', csv: 'action_flags,match_on,rego_number,name\nc,rego_number,A1,Mini\n' } }), // prettier-ignore
    ];
    await setTimeout(400);
    await away.stop();
    begun.push(
      send(SaveExternalSystemDocument, { input: { name: 'HR', description: 'saved meanwhile' } }),
      send(ModelsDocument, {}),
      syncRows('Late', 'House', { dryRun: true }),
    );
    await setTimeout(AWAY_MILLISECONDS);
    await away.start();
    const answers = await Promise.all(begun);
    expect(answers.flatMap(({ errors }) => errors ?? [])).toEqual([]);
    const { knex } = test.database;
    const statuses = await knex('nsync_runs').orderBy('id').pluck<string[]>('status');
    expect(statuses.filter((status) => status !== 'COMPLETED' && status !== 'ROLLED_BACK')).toEqual([]);
    const counted = async (table: string): Promise<number> =>
      Number(((await knex(table).count({ count: '*' })) as { count: unknown }[])[0]?.count);
    expect([await counted('person'), await counted('tag'), await counted('car')]).toEqual([ROWS, ROWS, 1]);
  });
});
