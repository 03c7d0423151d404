/** The server as a process: settings start it, signals stop it. */
import pino, { type Logger } from 'pino';
import { DelayedLog } from './delayedLog';
import { DEMO, type Environment, readSettings, type Settings } from './settings';
import { startServer, startWorker } from './start';
import { SECONDS_TO_STOP_RUNS } from './stopping';
import { logFailure } from './watching/loggedError';
import { counted } from '../wording';

const SYNC_A_PERSON =
  'mutation { syncRows(input: {system: "HRSystem", model: "Person", rows: [{actionFlags: "cu", matchOn: "employee_id", externalKey: "100", values: {employee_id: "EMP100", first_name: "Diana", last_name: "Prince"}}]}) { run { status } outcomes { status objectId } } }';
const LIST_MODELS = '{ models { name idField syncable reason relations { name model } } }';

const greeting = (url: string, query: string, playground: boolean): string => `
graphql-nsync is ready.${playground ? `\n  Playground  ${url}/` : ''}
  GraphQL     ${url}/graphql

Try it:
  curl ${url}/graphql -H 'content-type: application/json' -d '${JSON.stringify({ query })}'

`;

/** The time for runs to stop, and for database connections to close. */
const SECONDS_TO_CLOSE = SECONDS_TO_STOP_RUNS + 3;

/** Runs until SIGTERM or SIGINT, which end the process. Throws an Error with a one-line message if it cannot start. */
async function run<T extends { stop(): Promise<void> }>(
  settings: Settings,
  start: (settings: Settings, log: Logger) => Promise<T>,
  stopSeconds: number,
): Promise<T> {
  const destination = new DelayedLog();
  const log = pino({ level: settings.logLevel }, destination);
  // If the process cannot start, the error message is printed before the log.
  const running = await start(settings, log);
  destination.release();
  const stop = (): void => {
    // Exits even if a database connection does not answer.
    setTimeout(() => process.exit(1), (stopSeconds + SECONDS_TO_CLOSE) * 1000);
    running.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        logFailure(log, 'error', error, {}, 'the process did not stop as it should');
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  return running;
}

/** Carries out queued runs until SIGTERM or SIGINT. Throws an Error with a one-line message if the worker cannot start. */
export async function work(environment: Environment): Promise<void> {
  const settings = readSettings(environment);
  await run(settings, startWorker, 0);
  process.stdout.write(`nsync worker is ready. It carries out ${counted(settings.asyncRuns, 'run')} at once.\n`);
}

/** Serves until SIGTERM or SIGINT. Throws an Error with a one-line message if the server cannot start. */
export async function serve(environment: Environment): Promise<void> {
  const settings = readSettings(environment);
  const server = await run(settings, startServer, settings.stopSeconds);
  process.stdout.write(
    greeting(server.url, settings.models === DEMO ? SYNC_A_PERSON : LIST_MODELS, settings.playground),
  );
}
