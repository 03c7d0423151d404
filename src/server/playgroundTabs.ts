/** The playground's tabs: examples of the demo, or ones that fit the models of someone's own database. */
import { readFileSync } from 'node:fs';
import { Person } from '../demo/models';
import { type Field, type Model, type ModelCatalog, whyNotSyncable } from '../models';
import { packagePath } from '../packageFiles';

export interface Tab {
  readonly query: string;
  /** JSON. */
  readonly variables?: string;
}

const DEMO_TABS = ['ListModels', 'SyncPersons', 'PreviewHouses', 'SyncCsv', 'WhichSystemsTouched', 'LastRuns'];
const EXAMPLE = 'Example';

/** An operation of schema/operations, as it is sent. */
const exampleOperation = (name: string): string =>
  readFileSync(packagePath('schema', 'operations', 'playground', `${name}.graphql`), 'utf8');

/** What a new object needs, or any text of it; null where that takes more than texts, such as an object to refer to. */
function exampleValues({ fields, relations, idFields }: Model): Readonly<Record<string, string>> | null {
  const references = [...relations.values()].flatMap(({ kind, ownFields }) => (kind === 'BELONGS_TO' ? ownFields : []));
  const isPlainText = (field: Field): boolean => field.column.type.kind === 'string' && !references.includes(field);
  const needed = fields.filter(({ column, initial }) => initial === null && !column.nullable);
  const given =
    needed.length > 0
      ? needed
      : fields
          .filter((field) => isPlainText(field) && !field.column.generated && !idFields.includes(field))
          .slice(0, 1);
  if (given.length === 0 || !given.every(isPlainText)) return null;
  return Object.fromEntries(
    given.map(({ name, column: { type } }) => [name, EXAMPLE.slice(0, type.kind === 'string' ? type.maxLength : 0)]),
  );
}

/** What previews of a row have in common; the values are of the model. */
interface Example {
  readonly model: string;
  readonly values: Readonly<Record<string, string>>;
  readonly shared: object;
}

/** An example for the first model of which an object can be created without knowing another; null if there is none. */
function findExample({ models }: ModelCatalog): Example | null {
  for (const model of [...models].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const values = whyNotSyncable(model) === null ? exampleValues(model) : null;
    if (values) {
      const defaults = { actionFlags: 'cu', matchOn: Object.keys(values).slice(0, 1) };
      const shared = { system: 'HRSystem', model: model.name, defaults, options: { dryRun: true } };
      return { model: model.name, values, shared };
    }
  }
  return null;
}

/** Names that a header can have as they are; others would need a mapping, and are no first example. */
const PLAIN_NAME = /^(?!(?:action_flags|match_on|external_key)$)\w+$/i;

/** The example as a CSV text; null if a field's name means something else in a header. */
function csvInput({ shared, values }: Example): object | null {
  const names = Object.keys(values);
  if (!names.every((name) => PLAIN_NAME.test(name))) return null;
  return { ...shared, csv: `external_key,${names.join(',')}\n1,${Object.values(values).join(',')}\n` };
}

/** JSON, a line for each of the input's members, so that all are seen at once. */
const inputVariable = (input: object): string =>
  `{ "input": {\n${Object.entries(input)
    .map(([name, value]) => `  "${name}": ${JSON.stringify(value)}`)
    .join(',\n')}\n}}`;

const tab = (name: string, variables?: string): Tab => ({ query: exampleOperation(name), variables });

/** Tabs about the models of someone's own database. None of them changes it. */
function ownTabs(catalog: ModelCatalog): readonly Tab[] {
  const example = findExample(catalog);
  const csv = example && csvInput(example);
  const model = example?.model ?? catalog.models[0]?.name;
  return [
    tab('ListModels'),
    ...(example
      ? [tab('Preview', inputVariable({ ...example.shared, rows: [{ externalKey: '1', values: example.values }] }))]
      : []),
    ...(csv ? [tab('PreviewCsv', inputVariable(csv))] : []),
    ...(model === undefined ? [] : [tab('TouchedObjects', JSON.stringify({ model }, null, 2))]),
    tab('LastRuns'),
  ];
}

/** The tabs that a server of these models begins with. Each can be run again and again. */
export function playgroundTabs(catalog: ModelCatalog): readonly Tab[] {
  const isDemo = catalog.models.some(({ objection }) => objection === Person);
  return isDemo ? DEMO_TABS.map((name) => tab(name)) : ownTabs(catalog);
}
