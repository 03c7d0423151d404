/** A thread that makes a file of persons and uploads it, so that the calls which are measured meanwhile do not wait for its work. */
import { once } from 'node:events';
import { join } from 'node:path';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { csvOf, makePersons, SYSTEM } from './persons';
import { upload } from './server';

interface Work {
  readonly url: string;
  /** The mutation, with the variables `$system` and `$file`. */
  readonly query: string;
  readonly rows: number;
}

export interface Loader {
  /** Uploads the file. Resolves when its run has completed. */
  load(): Promise<void>;
  end(): Promise<unknown>;
}

/** Resolves when the file is made. */
export async function startLoader(work: Work): Promise<Loader> {
  const worker = new Worker(join(__dirname, 'loader.js'), { workerData: work });
  // Rejects with an error of the thread.
  const answer = (): Promise<unknown> => once(worker, 'message');
  await answer();
  return {
    load: async () => {
      worker.postMessage('load');
      await answer();
    },
    end: () => worker.terminate(),
  };
}

function answerLoads({ url, query, rows }: Work, port: NonNullable<typeof parentPort>): void {
  const file = new Blob([csvOf(makePersons(rows))]);
  const load = async (): Promise<void> => {
    await upload(url, query, { system: SYSTEM }, file);
    port.postMessage('loaded');
  };
  // An error ends the thread.
  port.on('message', () => void load());
  port.postMessage('ready');
}

if (parentPort) answerLoads(workerData as Work, parentPort);
