/** What is too large for memory, for a while. */
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PIECE = 65_536;

/** Linux's O_TMPFILE (open(2)), which Node does not name: a file in a directory that never has a name. */
const O_TMPFILE = 0o20000000 | constants.O_DIRECTORY;

/** Throws what `open` says of the directory, or that it does not know files without a name. */
const openNameless = (directory: string): Promise<FileHandle> => open(directory, O_TMPFILE | constants.O_RDWR, 0o600);

/** For systems that know names only: between the two calls, a process that is killed leaves an empty file. */
async function openUnlinked(directory: string): Promise<FileHandle> {
  const path = join(directory, `nsync-${randomUUID()}`);
  const handle = await open(path, 'wx+', 0o600);
  try {
    await unlink(path);
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** A file without a name: the system removes it with this process, however that ends. */
export class TemporaryFile {
  private constructor(private readonly handle: FileHandle) {}

  static async create(): Promise<TemporaryFile> {
    const directory = tmpdir();
    const handle = process.platform === 'linux' ? await openNameless(directory).catch(() => null) : null;
    return new TemporaryFile(handle ?? (await openUnlinked(directory)));
  }

  append(bytes: Buffer | AsyncIterable<Buffer>): Promise<void> {
    return this.handle.appendFile(bytes as Buffer);
  }

  /** From the start; may be called again and again. */
  async *bytes(): AsyncGenerator<Buffer> {
    for (let position = 0; ;) {
      const piece = await this.bytesAt(position, PIECE);
      if (piece.length === 0) return;
      yield piece;
      position += piece.length;
    }
  }

  /** Fewer bytes than asked for only at the end. */
  async bytesAt(position: number, count: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(count);
    let length = 0;
    while (length < count) {
      const { bytesRead } = await this.handle.read(bytes, length, count - length, position + length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return bytes.subarray(0, length);
  }

  remove(): Promise<void> {
    return this.handle.close();
  }
}
