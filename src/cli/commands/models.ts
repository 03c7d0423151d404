/** `nsync models` */
import { type Command, Option } from 'commander';
import type { ModelDetailsQuery, ModelListQuery } from '../../../schema/operations/generated';
import type { DoorOptions } from '../doors/open';
import { examples, withDoor, withOutput } from '../options';
import type { List } from '../output/list';
import type { OutputOptions } from '../output/output';
import type { Column } from '../output/table';

type Details = NonNullable<ModelDetailsQuery['model']>;

const MODELS: List<ModelListQuery['models'][number]> = {
  of: 'models',
  nameOf: ({ name }) => name,
  columns: [
    { title: 'Model', value: ({ name }) => name },
    { title: 'Table', value: ({ table }) => table },
    { title: 'Id', value: ({ idField }) => idField },
    { title: 'Fields', value: ({ fields }) => fields.length },
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

interface ModelsOptions extends DoorOptions, OutputOptions {
  readonly objection?: boolean;
}

/** Classes to start from; nothing is written to the database for it, not even nsync's own tables. */
async function printObjectionModels(options: ModelsOptions): Promise<void> {
  const [{ localCatalog }, { objectionSource }, { print }] = await Promise.all([
    import('../doors/database.js'),
    import('../../models/index.js'),
    import('../output/output.js'),
  ]);
  await print(objectionSource(await localCatalog(options)).trimEnd());
}

async function models(name: string | undefined, options: ModelsOptions): Promise<void> {
  if (options.objection) return printObjectionModels(options);
  const [{ throughDoor }, operations, { CommandFailure }, { printItems }, { note, print, printJson }, { pairs, Table }, { nearest }] =
    await Promise.all([
      import('../doors/open.js'),
      import('../../../schema/operations/generated.js'),
      import('../failure.js'),
      import('../output/list.js'),
      import('../output/output.js'),
      import('../output/table.js'),
      import('../../nearest.js'),
    ]); // prettier-ignore
  await throughDoor(options, async (door) => {
    if (name === undefined) {
      const { models: all, modelWarnings } = await door.ask(operations.ModelListDocument, {});
      modelWarnings.forEach(note);
      return printItems(MODELS, all, options);
    }
    const { model } = await door.ask(operations.ModelDetailsDocument, { name });
    if (!model) {
      const { models: all } = await door.ask(operations.ModelListDocument, {});
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
      ...new Table(FIELDS).lines(model.fields),
    );
    const columns = model.relations.some(({ reason }) => reason !== null) ? [...RELATIONS, OBSTACLE] : RELATIONS;
    if (model.relations.length > 0) await print('', ...new Table(columns).lines(model.relations));
  });
}

export function addModels(program: Command): void {
  withOutput(withDoor(program.command('models').summary('list what can be synced')), 'print names alone')
    .description('Lists the models, or shows one: its fields, its unique keys and its relations.')
    .argument('[name]', 'one model')
    .addOption(
      new Option('--objection', 'print all models as Objection classes in TypeScript, to start from').conflicts([
        'server',
        'json',
        'quiet',
      ]),
    )
    .addHelpText(
      'after',
      examples(
        ['models', 'Everything that can be synced'],
        ['models Person', 'The fields and relations that rows may name'],
        ['models --objection > models.ts', 'Classes to start from, for hooks and schemas of your own'],
        ['models --json --server http://127.0.0.1:4000', 'The models of a server, as JSON lines'],
      ),
    )
    .action(models);
}
