/**
 * Deferred foreign keys that a trigger or cascade breaks (R34). No row of the run touches them, so only a search of
 * their tables finds them. After a run has failed for such a key, it is repeated with a check after each chunk.
 */
import type { Knex } from 'knex';
import type { DeferredKeys, ForeignKey } from '../../database';
import type { ModelCatalog } from '../../models';
import { BrokenForeignKey } from './deferredKeys';

export class KeyWatch {
  private readonly keys: readonly ForeignKey[];
  /** Numbers of broken rows before the run, by key. */
  private before: readonly number[] = [];

  constructor(
    private readonly deferred: DeferredKeys,
    { foreignKeys }: Pick<ModelCatalog, 'foreignKeys'>,
  ) {
    this.keys = foreignKeys.filter(({ isDeferred, targetColumns }) => isDeferred && targetColumns.length > 0);
  }

  async begin(trx: Knex): Promise<void> {
    this.before = await this.deferred.countBroken(trx, this.keys);
  }

  /** Throws BrokenForeignKey if more rows break a key than before the run. */
  async assertNoneBroken(trx: Knex): Promise<void> {
    const counts = await this.deferred.countBroken(trx, this.keys);
    const broken = this.keys.find((_key, index) => (counts[index] ?? 0) > (this.before[index] ?? 0));
    if (broken) throw new BrokenForeignKey(broken);
  }

  /** Whether a commit may refuse broken keys, of this run or earlier ones. */
  async mayRefuse(trx: Knex): Promise<boolean> {
    if (this.keys.length === 0 || !(await this.deferred.breakUnseen(trx))) return false;
    return (await this.deferred.countBroken(trx, this.keys)).some((rows) => rows > 0);
  }
}
