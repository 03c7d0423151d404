/** Keeps values, which are JSON, for a while: in memory, and in a temporary file beyond that. */
import { randomUUID } from 'node:crypto';
import { appendFile, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MOST_IN_MEMORY = 10_000;
/** Values that are written and read together: so few that no other request waits for them. */
const IN_BLOCK = 250;

export class JsonSpool<T> {
  private pending: T[] = [];
  private file: string | null = null;
  /** Bytes of each block in the file. */
  private blocks: number[] = [];

  async append(values: readonly T[]): Promise<void> {
    this.pending.push(...values);
    if (this.pending.length < (this.file ? IN_BLOCK : MOST_IN_MEMORY)) return;
    this.file ??= join(tmpdir(), `nsync-spool-${randomUUID()}.json`);
    const { pending } = this;
    this.pending = [];
    for (let start = 0; start < pending.length; start += IN_BLOCK) {
      const block = Buffer.from(JSON.stringify(pending.slice(start, start + IN_BLOCK)));
      await appendFile(this.file, block, { mode: 0o600 });
      this.blocks.push(block.length);
    }
  }

  /** In the order in which they were appended; may be read more than once. */
  async *read(): AsyncGenerator<T> {
    if (this.file) {
      const file = await open(this.file);
      try {
        for (const bytes of this.blocks) {
          const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(bytes), 0, bytes);
          if (bytesRead < bytes) throw new Error(`${this.file} is shorter than what was written to it`);
          yield* JSON.parse(buffer.toString()) as T[];
        }
      } finally {
        await file.close();
      }
    }
    yield* this.pending;
  }

  async remove(): Promise<void> {
    this.pending = [];
    if (this.file) await rm(this.file, { force: true });
    this.file = null;
    this.blocks = [];
  }
}
