/** Keeps values, which are JSON, for a while: in memory, and in a temporary file beyond that. */
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { appendFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const MOST_IN_MEMORY = 10_000;

export class JsonSpool<T> {
  private pending: T[] = [];
  private file: string | null = null;

  async append(values: readonly T[]): Promise<void> {
    this.pending.push(...values);
    if (this.pending.length < MOST_IN_MEMORY) return;
    this.file ??= join(tmpdir(), `nsync-spool-${randomUUID()}.jsonl`);
    const lines = this.pending.map((value) => `${JSON.stringify(value)}\n`).join('');
    this.pending = [];
    await appendFile(this.file, lines, { mode: 0o600 });
  }

  /** In the order in which they were appended; may be read more than once. */
  async *read(): AsyncGenerator<T> {
    if (this.file)
      for await (const line of createInterface({ input: createReadStream(this.file), crlfDelay: Infinity }))
        yield JSON.parse(line) as T;
    yield* this.pending;
  }

  async remove(): Promise<void> {
    this.pending = [];
    if (this.file) await rm(this.file, { force: true });
    this.file = null;
  }
}
