/** Generated Objection classes: they compile, and are the same models when they are loaded. */
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { ModelsDocument } from '../../schema/operations/generated';
import { ALL_TABLES, objectionSource, readDatabaseModels } from '../../src/models';
import { DATABASES } from '../support/databases';
import { serve } from '../support/server';
import { ODD_TABLES } from './oddTables';
import { inDialect, zeroCode } from './support';

const STRICT: ts.CompilerOptions = {
  strict: true,
  noImplicitOverride: true,
  noUncheckedIndexedAccess: true,
  noUnusedLocals: true,
  exactOptionalPropertyTypes: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.Node16,
  moduleResolution: ts.ModuleResolutionKind.Node16,
  skipLibCheck: true,
  types: [],
};

const STATEMENTS = [
  ...ODD_TABLES,
  'CREATE TABLE target ("a.b" varchar(5) NOT NULL, "c:d" varchar(5) NOT NULL, PRIMARY KEY ("a.b", "c:d"))',
  'CREATE TABLE source (id {id}, "x.y" varchar(5), "x:z" varchar(5), "constructor" int, data json, class varchar(5), FOREIGN KEY ("x.y", "x:z") REFERENCES target ("a.b", "c:d"))',
  'CREATE TABLE model (id {id}, "Model" int, "it\'s ""so"" \\\\" int)',
];

describe.each(DATABASES)('Objection classes of tables on $name', (kind) => {
  it('compile in strict mode and are the same models', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'nsync-source-'));
    symlinkSync(join(__dirname, '..', '..', 'node_modules'), join(folder, 'node_modules'));
    const zero = await zeroCode(kind, STATEMENTS);
    try {
      const catalog = await readDatabaseModels(zero.server.server.database, ALL_TABLES);
      const file = join(folder, 'models.ts');
      writeFileSync(file, objectionSource(catalog));
      const program = ts.createProgram([file], { ...STRICT, outDir: folder });
      const found = [...ts.getPreEmitDiagnostics(program)];
      expect(found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([]);
      program.emit();
      const loaded = await serve(kind, {
        models: join(folder, 'models.js'),
        prepare: async ({ database: { knex } }) => {
          for (const statement of STATEMENTS) await knex.raw(inDialect(kind.name, statement));
        },
      });
      try {
        const { models } = await loaded.send(ModelsDocument, {});
        expect(models).toEqual(await zero.models());
        expect(models.length).toBeGreaterThan(20);
      } finally {
        await loaded.stop();
      }
    } finally {
      await zero.server.stop();
      rmSync(folder, { recursive: true });
    }
  });
});
