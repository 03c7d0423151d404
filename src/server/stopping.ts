/** Stops an HTTP server, with a period for running requests to finish. */
import { once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { Roster } from '../roster';

/** The time that runs have to stop after they are cancelled. */
export const SECONDS_TO_STOP_RUNS = 5;

interface Stopper {
  /** Aborted when the server begins to stop. */
  readonly stopping: AbortSignal;
  /** Aborted when running requests must stop. */
  readonly signal: AbortSignal;
  /** Accepts no more connections, and resolves when all are closed. */
  readonly stop: () => Promise<void>;
}

const whenClosed = (responses: Iterable<ServerResponse>): Promise<unknown> =>
  Promise.all([...responses].map((response) => once(response, 'close')));

/** Whether the work ends in time. */
async function within(seconds: number, work: Promise<unknown>): Promise<boolean> {
  const late = new AbortController();
  const isDone = await Promise.race([
    work.then(() => true),
    setTimeout(seconds * 1000, false, { signal: late.signal }).catch(() => false),
  ]);
  late.abort();
  return isDone;
}

/**
 * Follows the requests of a server, from its start. When the server stops, running requests have `seconds` to finish. Then incomplete requests are
 * ended, and the others are cancelled. After `SECONDS_TO_STOP_RUNS`, all connections are closed.
 */
export function makeStopper(server: Server, seconds: number): Stopper {
  const running = new Roster<ServerResponse>();
  const stopping = new AbortController();
  const giveUp = new AbortController();
  server.on('request', (_request, response: ServerResponse) => {
    if (stopping.signal.aborted) response.setHeader('connection', 'close');
    response.once('close', running.add(response));
  });
  return {
    stopping: stopping.signal,
    signal: giveUp.signal,
    stop: async () => {
      stopping.abort();
      const closed = once(server, 'close');
      server.close();
      if (!(await within(seconds, whenClosed(running)))) {
        for (const { req } of running) if (!req.complete) req.destroy();
        giveUp.abort();
        await within(SECONDS_TO_STOP_RUNS, whenClosed(running));
      }
      server.closeAllConnections();
      await closed;
    },
  };
}
