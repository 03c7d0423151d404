/** The tables in docs/zero-code.md have the documented relations. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DATABASES } from '../support/databases';
import { zeroCode } from './support';

const page = readFileSync(join(__dirname, '..', '..', 'docs', 'zero-code.md'), 'utf8');

describe.each(DATABASES.filter(({ name }) => name === 'PostgreSQL'))('the example of the docs on $name', (kind) => {
  it('has the relations that are told', async () => {
    const [, sql = ''] = /```sql\n(.*?)```/s.exec(page) ?? [];
    const told = [...page.matchAll(/^\| `(\w+)` +\| (.*)\|$/gm)]
      .filter(([, model = '']) => sql.includes(`CREATE TABLE ${model} (`))
      .map(([, model, relations = '']) => [model, [...relations.matchAll(/`(\w+)`/g)].map(([, name]) => name).sort()]);
    const zero = await zeroCode(kind, [sql]);
    try {
      const models = await zero.models();
      expect(models.map(({ name, relations }) => [name, relations.map((relation) => relation.name).sort()])).toEqual(
        told.sort(),
      );
      expect(told).toHaveLength(4);
    } finally {
      await zero.server.stop();
    }
  });
});
