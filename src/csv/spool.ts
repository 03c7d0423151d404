/** A file that is read several times, and never held in memory: an upload, or one on disk. */
import { createReadStream } from 'node:fs';
import { CallError } from '../errors';
import { shown } from '../shown';
import { TemporaryFile } from '../temporaryFile';

export class SpooledFile {
  constructor(
    /** As the client calls it. */
    readonly name: string,
    /** Each call reads from the start. */
    readonly bytes: () => AsyncIterable<Buffer>,
    /** Removes what was written for it. */
    readonly remove: () => Promise<void>,
  ) {}

  /** A file of the user's own, which is read where it is and never removed. */
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
 * Writes a stream to a temporary file; `maxBytes` 0 is no limit. `takeRoom` is told of bytes before they are written, and may throw.
 * Nothing is left if it fails.
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
