/** Input files of commands: on disk, with or without gzip, or stdin. */
import { createReadStream } from 'node:fs';
import { access, constants, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CommandFailure, messageOf } from './failure';

export interface InputFile {
  /** The name in the run's record. */
  readonly name: string;
  /** The path of a file that can be read repeatedly. Null: the file can be read only once, as a stream. */
  readonly path: string | null;
  /** Bytes on disk; null if unknown. */
  readonly bytes: number | null;
  /** Opens the decompressed text. Calls `onBytes` with the number of bytes of each piece on disk. */
  open(onBytes: (bytes: number) => void): Readable;
}

const STDIN = '-';
const PACKED = /\.gz$/i;

async function* counted(source: AsyncIterable<Buffer>, onBytes: (bytes: number) => void): AsyncGenerator<Buffer> {
  for await (const piece of source) {
    onBytes(piece.length);
    yield piece;
  }
}

async function* unpacked(name: string, packed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    // The reader of the last stream receives the errors.
    yield* pipeline(packed, createGunzip(), () => undefined) as AsyncIterable<Buffer>;
  } catch (error) {
    const isPacking = (error as NodeJS.ErrnoException).code?.startsWith('Z_');
    throw isPacking ? new CommandFailure(`${name} cannot be unpacked: ${messageOf(error)}`) : error;
  }
}

const streamed = (pieces: AsyncIterable<Buffer>): Readable => Readable.from(pieces, { objectMode: false });

async function bytesOf(path: string): Promise<number | null> {
  try {
    const file = await stat(path);
    if (file.isDirectory()) throw new CommandFailure(`${path} is a folder, not a file`);
    await access(path, constants.R_OK);
    // A pipe has no size, and cannot be read twice.
    return file.isFile() ? file.size : null;
  } catch (error) {
    if (error instanceof CommandFailure) throw error;
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'there is no such file' : messageOf(error);
    throw new CommandFailure(`${path} cannot be read: ${reason}`);
  }
}

/** The file of an argument; `-` is stdin. Throws CommandFailure if the file cannot be read. */
export async function inputFile(argument: string): Promise<InputFile> {
  if (argument === STDIN)
    return { name: 'stdin', path: null, bytes: null, open: (onBytes) => streamed(counted(process.stdin, onBytes)) };
  const bytes = await bytesOf(argument);
  const isPacked = PACKED.test(argument);
  return {
    // The name contains system and model, and may end in .gz.
    name: basename(argument).replace(PACKED, ''),
    path: bytes !== null && !isPacked ? argument : null,
    bytes,
    open: (onBytes) => {
      const pieces = counted(createReadStream(argument) as AsyncIterable<Buffer>, onBytes);
      return streamed(isPacked ? unpacked(argument, pieces) : pieces);
    },
  };
}
