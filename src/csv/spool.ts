/** A file that can be read several times without loading it into memory: an upload, or a file on disk. */
import { createReadStream } from 'node:fs';
import { CallError } from '../errors';
import { shown } from '../shown';
import { TemporaryFile } from '../temporaryFile';

export class SpooledFile {
  constructor(
    /** The client's name for the file. */
    readonly name: string,
    /** Each call starts at the first byte. */
    readonly bytes: () => AsyncIterable<Buffer>,
    /** Removes the temporary file, if there is one. */
    readonly remove: () => Promise<void>,
  ) {}

  /** The user's own file, which is read in place and never removed. */
  static onDisk(path: string, name: string): SpooledFile {
    return new SpooledFile(
      name,
      () => createReadStream(path) as AsyncIterable<Buffer>,
      () => Promise.resolve(),
    );
  }
}

async function* limited(
  stream: AsyncIterable<Buffer>,
  name: string,
  maxBytes: number,
  takeRoom: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const piece of stream) {
    bytes += piece.length;
    if (maxBytes > 0 && bytes > maxBytes)
      throw new CallError(
        'PAYLOAD_TOO_LARGE',
        `The file ${shown(name)} is larger than ${maxBytes} bytes. Split the file, or raise NSYNC_MAX_UPLOAD_BYTES on the server.`,
      );
    takeRoom(piece.length);
    yield piece;
  }
}

/**
 * Writes a stream to a temporary file. `maxBytes` 0: no limit. `takeRoom` is called before bytes are written, and may
 * throw. After an error, no file is left.
 */
export async function spoolUpload(
  stream: AsyncIterable<Buffer>,
  name: string,
  maxBytes: number,
  takeRoom: (bytes: number) => void = () => undefined,
): Promise<SpooledFile> {
  const file = await TemporaryFile.create();
  try {
    await file.append(limited(stream, name, maxBytes, takeRoom));
  } catch (error) {
    await file.remove();
    throw error;
  }
  return new SpooledFile(
    name,
    () => file.bytes(),
    () => file.remove(),
  );
}
