/**
 * The database's spelling of values that only the database can parse (R46). Values are sent in batches, and results are
 * cached for a while.
 */
import type { Knex } from 'knex';
import { type Dialect, type NativeType, retrying, type Spelling } from '../database';
import type { SpellingSource } from './codecs/codec';

interface Source {
  readonly knex: Knex;
  readonly dialect: Dialect;
}

const MOST_REMEMBERED = 10_000;

export class Spellings implements SpellingSource {
  private readonly known = new Map<NativeType, Map<string, Spelling>>();
  private count = 0;
  /** Values that were parsed since the last query. */
  private readonly unknown = new Map<NativeType, Set<string>>();

  constructor(private readonly source: Source) {}

  of(type: NativeType, text: string): Spelling | undefined {
    const found = this.known.get(type)?.get(text);
    if (found) return found;
    const texts = this.unknown.get(type);
    if (texts) texts.add(text);
    else this.unknown.set(type, new Set([text]));
    return undefined;
  }

  /** Whether parsing needs values that the database has not spelled yet. The results of this parsing are invalid. */
  get hasUnknown(): boolean {
    return this.unknown.size > 0;
  }

  /** Parses values, and parses again after the database has spelled the unknown ones. */
  async settle<T>(parse: () => T): Promise<T> {
    if (this.count > MOST_REMEMBERED) this.clear();
    let result = parse();
    while (this.hasUnknown) {
      await this.ask();
      result = parse();
    }
    return result;
  }

  private async ask(): Promise<void> {
    const { knex, dialect } = this.source;
    const asked = [...this.unknown];
    this.unknown.clear();
    for (const [type, set] of asked) {
      const texts = [...set];
      const spelled = (await retrying(dialect, async () => dialect.spell?.(knex, type, texts))) ?? [];
      let known = this.known.get(type);
      if (!known) this.known.set(type, (known = new Map()));
      for (const [index, text] of texts.entries()) known.set(text, spelled[index] ?? { text });
      this.count += texts.length;
    }
  }

  private clear(): void {
    this.known.clear();
    this.count = 0;
  }
}
