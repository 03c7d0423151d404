/** Unpacks gzip files. A small file may unpack to more bytes than a disk has. */
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CallError } from '../errors';

const GZIP = Buffer.from([0x1f, 0x8b]);
const PIECE = 65_536;

/** The first bytes of a stream (at least `count`, if there are so many), and the whole stream. */
async function peek(
  bytes: AsyncIterable<Buffer>,
  count: number,
): Promise<{ start: Buffer; all: () => AsyncGenerator<Buffer> }> {
  const iterator = bytes[Symbol.asyncIterator]();
  let start = Buffer.alloc(0);
  let next = await iterator.next();
  while (!next.done) {
    start = Buffer.concat([start, next.value]);
    if (start.length >= count) break;
    next = await iterator.next();
  }
  async function* all(): AsyncGenerator<Buffer> {
    try {
      yield start;
      for (let piece = await iterator.next(); !piece.done; piece = await iterator.next()) yield piece.value;
    } finally {
      await iterator.return?.();
    }
  }
  return { start, all };
}

async function* gunzipped(packed: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Buffer> {
  let bytes = 0;
  try {
    // Errors are thrown when the last stream is read.
    for await (const piece of pipeline(packed, createGunzip({ chunkSize: PIECE }), () => undefined)) {
      bytes += (piece as Buffer).length;
      if (maxBytes > 0 && bytes > maxBytes)
        throw new CallError(
          'PAYLOAD_TOO_LARGE',
          `The gzip file unpacks to more than ${maxBytes} bytes. Split the file, or raise NSYNC_MAX_UNPACKED_BYTES on the server.`,
        );
      yield piece as Buffer;
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (!code?.startsWith('Z_')) throw error;
    throw new CallError(
      'NOT_CSV',
      `The gzip file is damaged: ${message}. Compress the file again, or send the uncompressed file.`,
    );
  }
}

/**
 * The bytes, unpacked if their first two bytes are those of gzip. Throws PAYLOAD_TOO_LARGE above `maxBytes` (0: no
 * limit), and NOT_CSV for a damaged file.
 */
export async function* unpacked(bytes: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Buffer> {
  const { start, all } = await peek(bytes, GZIP.length);
  if (start.subarray(0, GZIP.length).equals(GZIP)) yield* gunzipped(all(), maxBytes);
  else yield* all();
}

/** The first bytes of a stream. The rest is not read. */
export async function firstBytes(bytes: AsyncIterable<Buffer>, count: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of bytes) {
    pieces.push(piece);
    length += piece.length;
    if (length >= count) break;
  }
  return Buffer.concat(pieces).subarray(0, count);
}
