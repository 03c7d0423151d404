/** The door to a database: the server's own schema, in this process. */
import { existsSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { addAbortSignal } from 'node:stream';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { DocumentNode } from 'graphql';
import pino from 'pino';
import { makeContext, NO_LIMITS, type Services } from '../../api';
import { SpooledFile, spoolUpload } from '../../csv';
import type { ModelCatalog } from '../../models';
import { interruptDeadRuns } from '../../records';
import { makeApollo } from '../../server/apollo';
import { loadModels } from '../../server/loadModels';
import { openReachable, openServices } from '../../server/services';
import { DEMO, type Settings } from '../../server/settings';
import type { RunControl } from '../../sync';
import { CommandFailure } from '../failure';
import type { InputFile } from '../inputFile';
import { type LocalOptions, localSettings } from '../localSettings';
import type { Answer, Door, Sync, Watch } from './door';

/** SQLite would make a file of whatever name is mistyped. */
function assertThere({ databaseUrl, models }: Settings): void {
  const file = /^sqlite:(?:\/\/)?(.*)$/i.exec(databaseUrl)?.[1];
  if (file !== undefined && models !== DEMO && !existsSync(file))
    throw new CommandFailure(`The database ${databaseUrl} cannot be reached: there is no file ${file}`);
}

/** Puts a value in the place of a path such as `input.files.0.file`. */
function place(variables: object, path: string, value: unknown): void {
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  let container = variables as Record<string, unknown>;
  for (const key of keys) container = container[key] as Record<string, unknown>;
  container[last] = value;
}

class LocalDoor implements Door {
  readonly pageSize = Infinity;

  private constructor(
    private readonly services: Services,
    private readonly execute: (query: DocumentNode, variables: object, control: RunControl) => Promise<Answer<unknown>>,
    private readonly stop: () => Promise<void>,
  ) {}

  static async open(settings: Settings): Promise<LocalDoor> {
    const log = pino({ level: process.env.LOG_LEVEL?.trim() ? settings.logLevel : 'error' }, pino.destination(2));
    // Whoever may open the database may read and send as much as there is.
    const services = await openServices({ ...settings, limits: NO_LIMITS }, log);
    const apollo = await makeApollo(services, log);
    await apollo.start();
    return new LocalDoor(
      services,
      async (query, variables, control) => {
        const contextValue = makeContext(services, randomUUID(), control);
        const { body } = await apollo.executeOperation({ query, variables: { ...variables } }, { contextValue });
        if (body.kind !== 'single') throw new Error('an answer came in parts');
        // As a client gets it: dates are texts.
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
        // A file of the user's own is read where it is, and never removed.
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

  async close(): Promise<void> {
    await this.stop();
    await this.services.database.close();
  }
}

async function spool(file: InputFile, signal: AbortSignal, progress: Watch['progress']): Promise<SpooledFile> {
  progress.begin({ what: `Reading ${file.name}`, unit: 'bytes', total: file.bytes });
  let read = 0;
  const stream = file.open((bytes) => progress.at((read += bytes)));
  return spoolUpload(addAbortSignal(signal, stream), file.name, 0);
}

/** Throws CommandFailure or SettingsError where the database does not answer, or its models cannot be loaded. */
export async function openLocal(options: LocalOptions): Promise<Door> {
  const settings = localSettings(options);
  assertThere(settings);
  return LocalDoor.open(settings);
}

/** The models alone; throws as `openLocal`. */
export async function localCatalog(options: LocalOptions): Promise<ModelCatalog> {
  const settings = localSettings(options);
  assertThere(settings);
  const database = await openReachable(settings.databaseUrl);
  try {
    return await loadModels(database, settings);
  } finally {
    await database.close();
  }
}
