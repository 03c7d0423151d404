/** Starts a server: database, migrations, models, HTTP. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { makeServices } from '../api';
import { type Database, migrateUp, openDatabase, withoutPassword } from '../database';
import { interruptDeadRuns } from '../records';
import type { EngineSettings } from '../sync';
import { makeApp } from './app';
import { loadModels } from './loadModels';
import { type Settings, SettingsError } from './settings';

export interface RunningServer {
  /** Where it listens: `http://127.0.0.1:4000`. */
  readonly url: string;
  readonly database: Database;
  /** Lets running requests finish, then closes everything. */
  stop(): Promise<void>;
}

function open(url: string): Database {
  try {
    return openDatabase(url);
  } catch (error) {
    throw new SettingsError((error as Error).message);
  }
}

async function assertReachable(database: Database, url: string): Promise<void> {
  try {
    await database.knex.raw('SELECT 1');
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    throw new SettingsError(
      `The database ${withoutPassword(url)} cannot be reached: ${message.split('\n')[0] || code}`,
    );
  }
}

function listen(server: Server, { host, port }: Settings): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason =
        error.code === 'EADDRINUSE'
          ? 'it is taken'
          : error.code === 'EACCES'
            ? 'this user may not use it'
            : error.message;
      reject(new SettingsError(`Port ${port} of ${host} cannot be used: ${reason}`));
    });
    server.listen(port, host, () => {
      const address = server.address() as AddressInfo;
      resolve(`http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`);
    });
  });
}

/** Throws SettingsError, with a message of one line, where the server cannot start as it is told to. */
export async function startServer(settings: Settings, log: Logger): Promise<RunningServer> {
  const database = open(settings.databaseUrl);
  try {
    await assertReachable(database, settings.databaseUrl);
    const migrations = await migrateUp(database);
    if (migrations.length > 0) log.info({ migrations }, 'migrated');
    const engineSettings: EngineSettings = {
      warn: ({ code, message }, run) => log.warn({ run, code }, message),
    };
    const services = await makeServices(
      database,
      settings.limits,
      () => loadModels(database, settings, (message) => log.warn(message)),
      engineSettings,
    );
    await interruptDeadRuns(database, new Date().toISOString());
    let httpServer: Server | undefined;
    const app = await makeApp(services, log, (express) => (httpServer = createServer(express)));
    if (!httpServer) throw new Error('the application was given no HTTP server');
    const url = await listen(httpServer, settings);
    return {
      url,
      database,
      stop: async () => {
        await app.stop();
        await database.close();
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}
