/** Stores JSON values temporarily: in memory, and above a limit in a temporary file. */
import { TemporaryFile } from './temporaryFile';

const MOST_IN_MEMORY = 10_000;
/** The number of values that are written and read at once, so few that no other request is delayed. */
const IN_BLOCK = 250;

export class JsonSpool<T> {
  private pending: T[] = [];
  private file: TemporaryFile | null = null;
  /** The number of bytes of each block in the file. */
  private blocks: number[] = [];

  async append(values: readonly T[]): Promise<void> {
    this.pending.push(...values);
    if (this.pending.length < (this.file ? IN_BLOCK : MOST_IN_MEMORY)) return;
    this.file ??= await TemporaryFile.create();
    const { pending } = this;
    this.pending = [];
    for (let start = 0; start < pending.length; start += IN_BLOCK) {
      const block = Buffer.from(JSON.stringify(pending.slice(start, start + IN_BLOCK)));
      await this.file.append(block);
      this.blocks.push(block.length);
    }
  }

  /** In the order in which the values were appended. May be called repeatedly. */
  async *read(): AsyncGenerator<T> {
    const { file } = this;
    let position = 0;
    for (const length of file ? this.blocks : []) {
      const block = await file?.bytesAt(position, length);
      if (block?.length !== length) throw new Error('a temporary file is shorter than what was written to it');
      yield* JSON.parse(block.toString()) as T[];
      position += length;
    }
    yield* this.pending;
  }

  async remove(): Promise<void> {
    this.pending = [];
    await this.file?.remove();
    this.file = null;
    this.blocks = [];
  }
}
