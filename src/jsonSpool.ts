/** Keeps values, which are JSON, for a while: in memory, and in a temporary file beyond that. */
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { appendFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const MOST_IN_MEMORY = 10_000;
/** Values in a line of the file: enough that reading a line costs little, few enough that no other request waits for one. */
const IN_LINE = 250;

export class JsonSpool<T> {
  private pending: T[] = [];
  private file: string | null = null;

  async append(values: readonly T[]): Promise<void> {
    this.pending.push(...values);
    if (this.pending.length < (this.file ? IN_LINE : MOST_IN_MEMORY)) return;
    this.file ??= join(tmpdir(), `nsync-spool-${randomUUID()}.jsonl`);
    const { pending } = this;
    this.pending = [];
    for (let start = 0; start < pending.length; start += IN_LINE)
      await appendFile(this.file, `${JSON.stringify(pending.slice(start, start + IN_LINE))}\n`, { mode: 0o600 });
  }

  /** In the order in which they were appended; may be read more than once. */
  async *read(): AsyncGenerator<T> {
    if (this.file)
      for await (const line of createInterface({ input: createReadStream(this.file), crlfDelay: Infinity }))
        yield* JSON.parse(line) as T[];
    yield* this.pending;
  }

  async remove(): Promise<void> {
    this.pending = [];
    if (this.file) await rm(this.file, { force: true });
    this.file = null;
  }
}
