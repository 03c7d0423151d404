/** Limits callers that guess tokens: an address with too many refused tokens must wait. */
import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { RateLimited } from '../../errors';
import type { MinuteCounter } from './counters';

/** A token, and the address that it comes from. */
interface Attempt {
  readonly address: string;
  readonly token: string;
}

/** The number of remembered valid tokens. Failures of another caller behind the same proxy do not lock out their owners. */
const KNOWN_TOKENS = 10_000;

export class Attempts {
  /** By hash, so that no secret stays in memory. */
  private readonly known = new LRUCache<string, true>({ max: KNOWN_TOKENS });

  /** Null: attempts are not counted. */
  constructor(private readonly failures: MinuteCounter | null) {}

  /** Throws RateLimited if the address has failed too often, before the token is searched in the database. */
  async assertFew({ address, token }: Attempt): Promise<void> {
    if (!this.failures || this.known.has(hashOf(token))) return;
    const count = await this.failures.look(address);
    if (count && count.remaining === 0)
      throw new RateLimited('This address has sent too many invalid tokens.', 'authentication', count.reset);
  }

  noteSuccess({ token }: Attempt): void {
    if (this.failures) this.known.set(hashOf(token), true);
  }

  async noteFailure({ address, token }: Attempt): Promise<void> {
    this.known.delete(hashOf(token));
    await this.failures?.add(address);
  }
}

const hashOf = (token: string): string => createHash('sha256').update(token).digest('base64');
