/** Runs docs/mysql-and-mariadb.md, if a server can be reached: its SQL creates the user, and its commands run as that user. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { bash, timeless } from './support/commandLine';
import { DATABASES, type TestDatabase } from './support/databases';
import { blocksOf } from './support/docsPage';

const PAGE = join(__dirname, '../docs/mysql-and-mariadb.md');
/** The URL on the page, which is replaced with the test's database, user and server. */
const URL_OF_PAGE = 'mysql://nsync:secret@db.example:3306/shop';
const USER_OF_PAGE = "'nsync'@'%'";

describe.each(DATABASES.filter(({ name }) => name === 'MariaDB'))('docs/mysql-and-mariadb.md', (kind) => {
  const user = `nsync_${randomBytes(5).toString('hex')}`;
  let test: TestDatabase;
  beforeAll(async () => {
    test = await kind.create();
  });
  afterAll(async () => {
    await test.database.knex.raw(`DROP USER IF EXISTS '${user}'@'%'`);
    await test.drop();
  });

  it('shows what happens', async () => {
    const url = new URL(test.url);
    url.username = user;
    url.password = 'secret';
    const here = (text: string): string =>
      text
        .replaceAll(URL_OF_PAGE, url.toString())
        .replaceAll(USER_OF_PAGE, `'${user}'@'%'`)
        .replaceAll('shop.', `${url.pathname.slice(1)}.`);
    const shown: string[] = [];
    const printed: string[] = [];
    for (const { kind: language, text } of blocksOf(PAGE)) {
      if (language === 'sql')
        for (const statement of here(text).split(';\n').filter(Boolean)) await test.database.knex.raw(statement);
      if (language === 'sh' && text.includes('nsync ')) printed.push(timeless((await bash(here(text))).stdout));
      if (language === 'text') shown.push(text);
    }
    expect(printed).toEqual(shown);
    expect(shown).not.toEqual([]);
  }, 60_000);
});
