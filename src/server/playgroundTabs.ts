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

const DEMO_TABS = ['ListModels', 'SyncPersons', 'SyncHousesByOwner', 'WhichSystemsTouched', 'LastRuns'];
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

/** A dry run of one row, for the first model that an object can be made of without knowing another; null where there is none. */
function dryRunInput({ models }: ModelCatalog): object | null {
  for (const model of [...models].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const values = whyNotSyncable(model) === null ? exampleValues(model) : null;
    if (values)
      return {
        system: 'HRSystem',
        model: model.name,
        defaults: { actionFlags: 'cu', matchOn: Object.keys(values).slice(0, 1) },
        options: { dryRun: true },
        rows: [{ externalKey: '1', values }],
      };
  }
  return null;
}

/** JSON, a line for each of the input's members, so that all are seen at once. */
const inputVariable = (input: object): string =>
  `{ "input": {\n${Object.entries(input)
    .map(([name, value]) => `  "${name}": ${JSON.stringify(value)}`)
    .join(',\n')}\n}}`;

/** The tabs that a server of these models begins with. */
export function playgroundTabs(catalog: ModelCatalog): readonly Tab[] {
  if (catalog.models.some(({ objection }) => objection === Person))
    return DEMO_TABS.map((name) => ({ query: exampleOperation(name) }));
  const input = dryRunInput(catalog);
  return [
    { query: exampleOperation('ListModels') },
    ...(input ? [{ query: exampleOperation('DryRun'), variables: inputVariable(input) }] : []),
    { query: exampleOperation('LastRuns') },
  ];
}
