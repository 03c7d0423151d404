/** What is too large for memory, for a while. */
import { randomUUID } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PIECE = 65_536;

/** A file that has lost its name at once: the system removes it with this process, however that ends. */
export class TemporaryFile {
  private constructor(private readonly handle: FileHandle) {}

  static async create(): Promise<TemporaryFile> {
    const path = join(tmpdir(), `nsync-${randomUUID()}`);
    const handle = await open(path, 'wx+', 0o600);
    try {
      await unlink(path);
    } catch (error) {
      await handle.close();
      throw error;
    }
    return new TemporaryFile(handle);
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
