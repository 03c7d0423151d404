/** The transport for a database. It runs the server's schema in this process. */
import { randomUUID } from 'node:crypto';
import { addAbortSignal } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { DocumentNode } from 'graphql';
import pino from 'pino';
import { type RunFragment, RunSummaryDocument } from '../../../schema/operations/generated';
import { DATABASE_USER } from '../../access';
import { makeContext, NO_LIMITS, NO_TRAFFIC_LIMITS, type Services } from '../../api';
import { SpooledFile, spoolUpload } from '../../csv';
import { type Database, withoutPassword } from '../../database';
import { type CheckResult, examine } from '../../doctor';
import type { ModelCatalog } from '../../models';
import { interruptDeadRuns, systemIds } from '../../records';
import { makeApollo } from '../../server/apollo';
import { DelayedLog } from '../../server/delayedLog';
import { loadModels } from '../../server/loadModels';
import { openReachable, openServices } from '../../server/services';
import { DEMO, type Settings } from '../../server/settings';
import type { RunControl } from '../../sync';
import type { NameKind } from '../completion/tree';
import { CommandFailure } from '../failure';
import type { InputFile } from '../inputFile';
import { isMissing, type LocalOptions, localSettings } from '../localSettings';
import type { Answer, Transport, Sync, Watch } from './transport';

/** Milliseconds between two looks at a run that is watched. */
const BETWEEN_LOOKS = 1000;

/** Sets the value at a path such as `input.files.0.file`. */
function place(variables: object, path: string, value: unknown): void {
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  let container = variables as Record<string, unknown>;
  for (const key of keys) container = container[key] as Record<string, unknown>;
  container[last] = value;
}

class DatabaseTransport implements Transport {
  readonly pageSize = Infinity;

  private constructor(
    readonly target: string,
    private readonly services: Services,
    private readonly execute: (query: DocumentNode, variables: object, control: RunControl) => Promise<Answer<unknown>>,
    private readonly stop: () => Promise<void>,
  ) {}

  static async open(settings: Settings): Promise<DatabaseTransport> {
    const log = pino({ level: process.env.LOG_LEVEL?.trim() ? settings.logLevel : 'error' }, new DelayedLog());
    // No limits, because these callers have access to the database anyway.
    const services = await openServices({ ...settings, limits: NO_LIMITS, traffic: NO_TRAFFIC_LIMITS }, log);
    const apollo = await makeApollo(services, log);
    await apollo.start();
    return new DatabaseTransport(
      describeDatabase(settings),
      services,
      async (query, variables, control) => {
        const contextValue = makeContext(services, { requestId: randomUUID(), viewer: DATABASE_USER, control });
        const { body } = await apollo.executeOperation({ query, variables: { ...variables } }, { contextValue });
        if (body.kind !== 'single') throw new Error('an answer came in parts');
        // Converts values as JSON does, so that dates are texts.
        return JSON.parse(JSON.stringify(body.singleResult)) as Answer<unknown>;
      },
      () => apollo.stop(),
    );
  }

  async ask<T, V>(document: TypedDocumentNode<T, V>, variables: V, control: RunControl = {}): Promise<T> {
    const { data, errors } = await this.execute(document, variables as object, control);
    const [error] = errors ?? [];
    if (error || !data) throw new CommandFailure(error?.message ?? 'there is no answer');
    return data as T;
  }

  async sync<T, V>({ document, variables, files }: Sync<T, V>, { signal, progress }: Watch): Promise<T> {
    const { database } = this.services;
    await interruptDeadRuns(database);
    const spooled: SpooledFile[] = [];
    try {
      const given = structuredClone(variables) as object;
      for (const [path, file] of files) {
        // The user's own file is read in place, and never removed.
        const upload =
          file.path === null ? await spool(file, signal, progress) : SpooledFile.onDisk(file.path, file.name);
        if (file.path === null) spooled.push(upload);
        place(given, path, upload);
      }
      progress.begin({ what: 'Checking' });
      let isSyncing = false;
      return await this.ask(document, given as V, {
        signal,
        onProgress: ({ rows, expectedRows }) => {
          if (!isSyncing) progress.begin({ what: 'Syncing', unit: 'rows', total: expectedRows });
          isSyncing = true;
          progress.at(rows);
        },
      });
    } finally {
      for (const file of spooled) await file.remove();
    }
  }

  async *watch(id: string, signal: AbortSignal): AsyncGenerator<RunFragment> {
    for (;;) {
      const { run } = await this.ask(RunSummaryDocument, { id });
      if (!run) throw new CommandFailure(`Run ${id} was removed in the meantime.`);
      yield run;
      if (run.finishedAt !== null) return;
      await setTimeout(BETWEEN_LOOKS, undefined, { signal });
    }
  }

  async close(): Promise<void> {
    await this.stop();
    await this.services.database.close();
  }
}

/** "Database: mysql://root:…@db.example/app (demo models)" */
const describeDatabase = ({ databaseUrl, models }: Pick<Settings, 'databaseUrl' | 'models'>): string =>
  `Database: ${withoutPassword(databaseUrl)}${models === DEMO ? ' (demo models)' : ''}`;

async function spool(file: InputFile, signal: AbortSignal, progress: Watch['progress']): Promise<SpooledFile> {
  progress.begin({ what: `Reading ${file.name}`, unit: 'bytes', total: file.bytes });
  let read = 0;
  const stream = file.open((bytes) => progress.at((read += bytes)));
  return spoolUpload(addAbortSignal(signal, stream), file.name, 0);
}

/** Throws CommandFailure or SettingsError if the database does not answer, or its models cannot be loaded. */
export const openLocal = async (options: LocalOptions): Promise<Transport> =>
  DatabaseTransport.open(localSettings(options));

/** Reads from the database, without creating nsync's own tables. With `readOnly`, nothing at all is created. Throws like `openLocal`. */
async function readLocal<T>(
  settings: Settings,
  read: (database: Database) => Promise<T>,
  readOnly = false,
): Promise<T> {
  const database = await openReachable(settings.databaseUrl, 0, readOnly);
  try {
    return await read(database);
  } finally {
    await database.close();
  }
}

/** The models, and a description of their database for messages. */
export async function localCatalog(options: LocalOptions): Promise<{ target: string; catalog: ModelCatalog }> {
  const settings = localSettings(options);
  const catalog = await readLocal(settings, (database) => loadModels(database, settings));
  return { target: describeDatabase(settings), catalog };
}

/** Examines a database, which is opened read-only. Throws like `openLocal`. */
export async function examineLocal(
  options: LocalOptions,
  tell: { target: (line: string) => void; result: (result: CheckResult) => Promise<void> },
): Promise<void> {
  const settings = localSettings(options);
  await readLocal(
    settings,
    async (database) => {
      tell.target(describeDatabase(settings));
      const catalog = await loadModels(database, settings, tell.target, false);
      for await (const result of examine(database, catalog)) await tell.result(result);
    },
    true,
  );
}

/** Names for completion. Empty if the database does not exist yet. */
export async function localNames(kind: NameKind, options: LocalOptions): Promise<readonly string[]> {
  const settings = localSettings(options);
  if (isMissing(settings)) return [];
  return readLocal(settings, async (database) =>
    kind === 'systems'
      ? [...(await systemIds(database.reader, database.dialect)).keys()]
      : (await loadModels(database, settings)).models.map(({ name }) => name),
  );
}
