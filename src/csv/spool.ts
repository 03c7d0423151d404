/** An upload on its way to disk: it is read several times, and never held in memory. */
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CallError } from '../errors';
import { shown } from '../sync/problems';

/** A file in a folder of its own. */
export class SpooledFile {
  constructor(
    readonly path: string,
    /** As the client calls it. */
    readonly name: string,
  ) {}

  remove(): Promise<void> {
    return rm(dirname(this.path), { recursive: true, force: true });
  }
}

const limitedTo = (name: string, maxBytes: number): Transform => {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (maxBytes > 0 && bytes > maxBytes)
        done(new CallError('PAYLOAD_TOO_LARGE', `The file ${shown(name)} is larger than ${maxBytes} bytes.`));
      else done(null, chunk);
    },
  });
};

/** Writes a stream to a temporary file; `maxBytes` 0 is no limit. Nothing is left where it fails. */
export async function spoolUpload(stream: Readable, name: string, maxBytes: number): Promise<SpooledFile> {
  const file = new SpooledFile(join(await mkdtemp(join(tmpdir(), 'nsync-upload-')), 'upload'), name);
  try {
    await pipeline(stream, limitedTo(name, maxBytes), createWriteStream(file.path, { mode: 0o600 }));
  } catch (error) {
    await file.remove();
    throw error;
  }
  return file;
}
