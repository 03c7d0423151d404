/** Faults of the database's settings and files. */
import type { Check } from '../check';

export const settings: Check = {
  name: 'settings',
  about: 'settings and files of the database suit nsync',
  needsOwnTables: false,

  async examine({ database: { dialect, reader } }) {
    const conditions = await dialect.diagnosis.conditions(reader);
    return conditions.map((condition) => ({ count: 1, examples: [], ...condition }));
  },
};
