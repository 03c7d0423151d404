/** Sends the feed's files to a server, one upload each. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { FEED, type FeedFile } from './feed';

export interface Counts {
  readonly rows: number;
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly failed: number;
  readonly warnings: number;
}

export interface FileResult {
  readonly file: string;
  readonly status: string;
  readonly counts: Counts;
  readonly seconds: number;
}

const SYNC_FILE = `mutation SyncFile($input: SyncCsvInput!) {
  syncCsv(input: $input) {
    run { status counts { rows created updated unchanged failed warnings } problems { message } problemGroups { count message } }
  }
}`;

interface Answer {
  readonly data?: { readonly syncCsv: { readonly run: { readonly status: string; readonly counts: Counts } } };
  readonly errors?: readonly { readonly message: string }[];
}

/** The text of one of the feed's files. */
export const readFeedFile = (folder: string, file: string): Buffer =>
  gunzipSync(readFileSync(join(folder, `${file}.csv.gz`)));

/** Uploads one file by the GraphQL multipart request specification. */
async function syncFile(
  server: string,
  folder: string,
  { file, model, matchOn, columns }: FeedFile,
): Promise<FileResult> {
  const input = {
    system: 'LIRR',
    model,
    columns,
    defaults: { actionFlags: 'cu*', matchOn: [matchOn] },
    options: { onUnresolvedReference: 'FAIL' },
    file: null,
  };
  const form = new FormData();
  form.set('operations', JSON.stringify({ query: SYNC_FILE, variables: { input } }));
  form.set('map', JSON.stringify({ upload: ['variables.input.file'] }));
  form.set('upload', new Blob([new Uint8Array(readFeedFile(folder, file))], { type: 'text/csv' }), `${file}.csv`);
  const started = performance.now();
  const response = await fetch(`${server}/graphql`, {
    method: 'POST',
    body: form,
    headers: { 'apollo-require-preflight': 'true' },
  });
  const { data, errors } = (await response.json()) as Answer;
  if (!data) throw new Error(`${file}: ${errors?.map(({ message }) => message).join(' ') ?? response.statusText}`);
  return { file, ...data.syncCsv.run, seconds: (performance.now() - started) / 1000 };
}

/** Syncs all files in their order. */
export async function* syncFeed(server: string, folder: string): AsyncGenerator<FileResult> {
  for (const file of FEED) yield await syncFile(server, folder, file);
}
