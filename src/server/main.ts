/** `npm start`: the server as a process of its own. */
import pino from 'pino';
import { DEMO, readSettings, SettingsError } from './settings';
import { startServer } from './start';

const SYNC_A_PERSON =
  'mutation { syncRows(input: {system: "HRSystem", model: "Person", rows: [{actionFlags: "cu", matchOn: "employee_id", externalKey: "100", values: {employee_id: "EMP100", first_name: "Diana", last_name: "Prince"}}]}) { run { status } outcomes { status objectId } } }';
const LIST_MODELS = '{ models { name idField syncable reason relations { name model } } }';

const greeting = (url: string, query: string): string => `
graphql-nsync is ready.
  Playground  ${url}/
  GraphQL     ${url}/graphql

Try it:
  curl ${url}/graphql -H 'content-type: application/json' -d '${JSON.stringify({ query })}'

`;

async function main(): Promise<void> {
  const settings = readSettings(process.env);
  const log = pino({ level: settings.logLevel }, pino.destination(2));
  const server = await startServer(settings, log);
  const stop = (): void => {
    server.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error as Error }, 'the server did not stop as it should');
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  process.stdout.write(greeting(server.url, settings.models === DEMO ? SYNC_A_PERSON : LIST_MODELS));
}

main().catch((error: unknown) => {
  const detail =
    error instanceof SettingsError
      ? error.message
      : `The server cannot start: ${(error as Error).message.split('\n')[0]}`;
  process.stderr.write(`${detail}\n`);
  process.exit(1);
});
