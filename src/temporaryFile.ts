/** Temporary storage for data that is too large for memory. */
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PIECE = 65_536;

/** Linux's O_TMPFILE (open(2)), which Node does not define: a file that never has a name. */
const O_TMPFILE = 0o20000000 | constants.O_DIRECTORY;

/** Throws the error of `open`, for example if the file system does not support files without a name. */
const openNameless = (directory: string): Promise<FileHandle> => open(directory, O_TMPFILE | constants.O_RDWR, 0o600);

/** For systems without O_TMPFILE. A process killed between the two calls leaves an empty file. */
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

/** A file without a name. The system removes the file when this process ends for any reason. */
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

  /** From the first byte. May be called repeatedly. */
  async *bytes(): AsyncGenerator<Buffer> {
    for (let position = 0; ;) {
      const piece = await this.bytesAt(position, PIECE);
      if (piece.length === 0) return;
      yield piece;
      position += piece.length;
    }
  }

  /** Returns fewer bytes than `count` only at the end of the file. */
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
