/** Starts a server: database, migrations, models, HTTP. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import type { Database } from '../database';
import { startUpkeep } from '../records';
import { makeApp } from './app';
import { openServices } from './services';
import { type Settings, SettingsError } from './settings';

export interface RunningServer {
  /** Where it listens: `http://127.0.0.1:4000`. */
  readonly url: string;
  readonly database: Database;
  /** Lets running requests finish, then closes everything. */
  stop(): Promise<void>;
}

/** How often node looks for connections whose headers do not arrive. */
const SERVER_OPTIONS = { connectionsCheckingInterval: 1000 };

function listen(server: Server, { host, port }: Settings): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason =
        error.code === 'EADDRINUSE'
          ? 'another program uses the port'
          : error.code === 'EACCES'
            ? 'this user is not allowed to use the port'
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
  const services = await openServices(settings, log);
  const { database } = services;
  try {
    let httpServer: Server | undefined;
    const app = await makeApp(
      services,
      settings,
      log,
      (express) => (httpServer = createServer(SERVER_OPTIONS, express)),
    );
    if (!httpServer) throw new Error('the application was given no HTTP server');
    const url = await listen(httpServer, settings);
    const upkeep = startUpkeep(database, {
      keepRunsDays: settings.keepRunsDays,
      onFailure: (error) => log.warn({ err: error as Error }, 'cannot check the records of runs'),
    });
    return {
      url,
      database,
      stop: async () => {
        await app.stop();
        await upkeep.stop();
        await database.close();
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}
