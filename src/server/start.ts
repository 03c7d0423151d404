/** Starts a server: database, migrations, models, HTTP. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import type { Services } from '../api';
import type { Database } from '../database';
import { hasTokens } from '../records';
import { makeApp } from './app';
import { admitsAnonymous } from './authentication';
import { startJobs } from './jobs';
import { openServices } from './services';
import { type Settings, SettingsError } from './settings';
import { discreet } from './watching/loggedError';
import { startTraffic } from './traffic/traffic';
import { Courier } from './webhooks/courier';
import { METRICS_PATH, metricsServer } from './watching/metricsPage';
import { startWatch, type Watch } from './watching/watch';

export interface RunningServer {
  /** The server's address: `http://127.0.0.1:4000`. */
  readonly url: string;
  readonly metricsUrl: string;
  readonly database: Database;
  /** Waits for running requests to finish, then closes everything. */
  stop(): Promise<void>;
}

/** Resolves with the server's address. Throws SettingsError if the address cannot be used. */
function listen(server: Server, host: string, port: number): Promise<string> {
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

/** Throws SettingsError if the server would admit everyone. */
async function assertGuarded({ database }: Services, settings: Settings): Promise<void> {
  if (admitsAnonymous(settings) || settings.identityProvider || (await hasTokens(database.reader))) return;
  throw new SettingsError(
    `HOST ${settings.host} would admit everyone, because no token exists. Create one, and then start the server again: "nsync token create NAME --allow admin", "nsync serve"`,
  );
}

/** The started parts, which are ended in reverse order. */
class Started {
  private readonly ends: (() => Promise<unknown>)[] = [];

  add(end: () => Promise<unknown>): void {
    this.ends.unshift(end);
  }

  async end(): Promise<void> {
    for (const end of this.ends) await end();
  }
}

/** Serves the metrics on a separate port, if the settings name one. Resolves with the address of the metrics on that port, or null. */
async function serveMetrics(
  { metrics }: Watch,
  { metricsPort, metricsHost, allowedHosts }: Settings,
  log: Logger,
  started: Started,
): Promise<string | null> {
  if (metricsPort === null) return null;
  const server = metricsServer(metrics, { host: metricsHost, allowedHosts }, log);
  const url = await listen(server, metricsHost, metricsPort);
  started.add(async () => {
    server.close();
    server.closeAllConnections();
    return Promise.resolve();
  });
  return url + METRICS_PATH;
}

async function startAll(settings: Settings, log: Logger, started: Started): Promise<Omit<RunningServer, 'stop'>> {
  const services = await openServices(settings, log);
  const { database } = services;
  started.add(() => database.close());
  await assertGuarded(services, settings);
  const watch = await startWatch(database, settings, log);
  started.add(() => watch.stop());
  const traffic = await startTraffic({ ...settings, bodyBytes: settings.limits.bodyBytes }, log);
  started.add(() => traffic.stop());
  const app = await makeApp(services, settings, watch, traffic, log);
  const metricsUrl = await serveMetrics(watch, settings, log, started);
  const url = await listen(app.server, settings.host, settings.port);
  const jobs = await startJobs(services, settings, watch, log);
  started.add(() => jobs.stop());
  const courier = new Courier(database, settings, log);
  started.add(() => courier.stop());
  started.add(() => app.stop());
  return { url, metricsUrl: metricsUrl ?? url + METRICS_PATH, database };
}

export interface RunningWorker {
  readonly database: Database;
  /** Gives runs under way back to the queue, then closes everything. */
  stop(): Promise<void>;
}

/** Starts a worker, which carries out queued runs and serves nothing but its metrics. Throws SettingsError. */
export async function startWorker(settings: Settings, given: Logger): Promise<RunningWorker> {
  const log = discreet(given);
  const started = new Started();
  try {
    const services = await openServices(settings, log);
    const { database } = services;
    started.add(() => database.close());
    const watch = await startWatch(database, settings, log);
    started.add(() => watch.stop());
    await serveMetrics(watch, settings, log, started);
    const jobs = await startJobs(services, settings, watch, log);
    started.add(() => jobs.stop());
    return { database, stop: () => started.end() };
  } catch (error) {
    await started.end();
    throw error;
  }
}

/** Starts a server. Throws SettingsError with a one-line message if the settings are not usable. */
export async function startServer(settings: Settings, log: Logger): Promise<RunningServer> {
  const started = new Started();
  try {
    return { ...(await startAll(settings, discreet(log), started)), stop: () => started.end() };
  } catch (error) {
    await started.end();
    throw error;
  }
}
