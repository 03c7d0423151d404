/** An upload on its way to disk: it is read several times, and never held in memory. */
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CallError } from '../errors';

export interface SpooledFile {
  readonly path: string;
  readonly bytes: number;
  remove(): Promise<void>;
}

/** Writes a stream to a temporary file; `maxBytes` 0 is no limit. Nothing is left where it fails. */
export async function spoolUpload(stream: Readable, maxBytes: number): Promise<SpooledFile> {
  const folder = await mkdtemp(join(tmpdir(), 'nsync-upload-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  const path = join(folder, 'upload');
  let bytes = 0;
  const limit = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (maxBytes > 0 && bytes > maxBytes)
        done(new CallError('PAYLOAD_TOO_LARGE', `The file is larger than ${maxBytes} bytes.`));
      else done(null, chunk);
    },
  });
  try {
    await pipeline(stream, limit, createWriteStream(path, { mode: 0o600 }));
  } catch (error) {
    await remove();
    throw error;
  }
  return { path, bytes, remove };
}
