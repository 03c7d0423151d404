/** `nsync models` */
import { type Command, Option } from 'commander';
import type { ModelDetailsQuery, ModelListQuery } from '../../../schema/operations/generated';
import type { TransportOptions } from '../transports/open';
import { examples, withTransport, withOutput } from '../options';
import type { List } from '../output/list';
import type { OutputOptions } from '../output/output';
import type { Column } from '../output/table';

type Details = NonNullable<ModelDetailsQuery['model']>;

const MODELS: List<ModelListQuery['models'][number]> = {
  of: 'model',
  nameOf: ({ name }) => name,
  columns: [
    { title: 'Model', value: ({ name }) => name },
    { title: 'Table', value: ({ table }) => table, spare: 3 },
    { title: 'Id', value: ({ idField }) => idField, spare: 1 },
    { title: 'Fields', value: ({ fields }) => fields.length, spare: 2 },
    { title: 'Relations', value: ({ relations }) => relations.map(({ name }) => name).join(', ') },
    { title: 'Objects', value: ({ objectCount }) => objectCount },
    { title: 'Cannot be synced', value: ({ reason }) => reason },
  ],
};

const FIELDS: readonly Column<Details['fields'][number]>[] = [
  { title: 'Field', value: ({ name }) => name },
  { title: 'Type', value: ({ type, maxLength }) => (maxLength === null ? type : `${type}(${maxLength})`) },
  { title: 'Null', value: ({ nullable }) => (nullable ? 'yes' : 'no') },
  { title: 'Default', value: ({ hasDefault }) => (hasDefault ? 'yes' : 'no') },
];

const RELATIONS: readonly Column<Details['relations'][number]>[] = [
  { title: 'Relation', value: ({ name }) => name },
  { title: 'Kind', value: ({ kind }) => kind },
  { title: 'Model', value: ({ model }) => model },
  { title: 'Columns', value: ({ columns }) => columns.join(', ') },
];

const OBSTACLE: Column<Details['relations'][number]> = { title: 'Cannot be set', value: ({ reason }) => reason };

interface ModelsOptions extends TransportOptions, OutputOptions {
  readonly objection?: boolean;
}

/** Prints classes to start from. Writes nothing to the database, not even nsync's own tables. */
async function printObjectionModels(options: ModelsOptions): Promise<void> {
  const [{ localCatalog }, { objectionSource }, { note, print }] = await Promise.all([
    import('../transports/database.js'),
    import('../../models/index.js'),
    import('../output/output.js'),
  ]);
  const { target, catalog } = await localCatalog(options);
  note(target);
  await print(objectionSource(catalog).trimEnd());
}

async function models(name: string | undefined, options: ModelsOptions): Promise<void> {
  if (options.objection) return printObjectionModels(options);
  const [{ overTransport }, operations, { CommandFailure }, { printItems }, { note, print, printJson }, { pairs }, { printTable }, { nearest }] =
    await Promise.all([
      import('../transports/open.js'),
      import('../../../schema/operations/generated.js'),
      import('../failure.js'),
      import('../output/list.js'),
      import('../output/output.js'),
      import('../output/table.js'),
      import('../output/printTable.js'),
      import('../../nearest.js'),
    ]); // prettier-ignore
  await overTransport(options, async (transport) => {
    if (name === undefined) {
      const { models: all, modelWarnings } = await transport.ask(operations.ModelListDocument, {});
      modelWarnings.forEach(note);
      return printItems(MODELS, all, options);
    }
    const { model } = await transport.ask(operations.ModelDetailsDocument, { name });
    if (!model) {
      const { models: all } = await transport.ask(operations.ModelListDocument, {});
      const near = nearest(name, all.map((other) => other.name)); // prettier-ignore
      throw new CommandFailure(`There is no model "${name}"${near ? `. Did you mean "${near}"?` : '.'}`);
    }
    if (options.json) return printJson(model);
    if (options.quiet) return print(...model.fields.map((field) => field.name));
    await print(
      ...pairs([
        ['Model', model.name],
        ['Table', model.table],
        ['Id', model.idField],
        ['Objects', model.objectCount],
        ['Unique', model.uniqueKeys.map((key) => key.join(' + ')).join(', ')],
      ]),
      '',
    );
    await printTable(FIELDS, model.fields);
    const columns = model.relations.some(({ reason }) => reason !== null) ? [...RELATIONS, OBSTACLE] : RELATIONS;
    if (model.relations.length === 0) return;
    await print('');
    await printTable(columns, model.relations);
  });
}

export function addModels(program: Command): void {
  withOutput(withTransport(program.command('models').summary('list models, or show one')), 'print only names')
    .description('Lists the models, or shows the fields, unique keys and relations of one model.')
    .argument('[model]', 'show this model')
    .addOption(
      new Option('--objection', 'print all models as Objection classes in TypeScript').conflicts([
        'server',
        'json',
        'quiet',
      ]),
    )
    .addHelpText(
      'after',
      examples(
        ['models', 'All models'],
        ['models Person', 'The fields and relations of Person'],
        ['models --objection > models.ts', 'Classes to which you can add hooks and schemas'],
        ['models --json --server http://127.0.0.1:4000', 'The models of a server, as JSON lines'],
      ),
    )
    .action(models);
}
