/** The playground's tabs: the demo's examples, or examples for the caller's models and scopes. */
import { readFileSync } from 'node:fs';
import { type Access, visibleModels } from '../access';
import { Person } from '../demo/models';
import { type Field, type Model, type ModelCatalog, referencesOf, whyNotSyncable } from '../models';
import { packagePath } from '../packageFiles';

export interface Tab {
  readonly query: string;
  /** JSON text. */
  readonly variables?: string;
}

const DEMO_TABS = [
  'ListModels',
  'SyncPersons',
  'PreviewHouses',
  'SyncCsv',
  'WhichSystemsTouched',
  'LastRuns',
  'WatchRun',
];
const EXAMPLE = 'Example';
const SYSTEM = 'HRSystem';
const FLAGS = 'cu';

/** The text of an operation in schema/operations. */
const exampleOperation = (name: string): string =>
  readFileSync(packagePath('schema', 'operations', 'playground', `${name}.graphql`), 'utf8');

/**
 * Values for the required fields of a new object, or for any text field. Null if texts are not enough, for example if an object must refer to
 * another.
 */
function exampleValues(model: Model): Readonly<Record<string, string>> | null {
  const { fields, idFields } = model;
  const keys = referencesOf(model).flatMap(({ ownFields }) => ownFields);
  const isPlainText = (field: Field): boolean => field.column.type.kind === 'string' && !keys.includes(field);
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

/** The parts that previews of a row share. The values fit the model. */
interface Example {
  readonly model: string;
  readonly values: Readonly<Record<string, string>>;
  readonly shared: object;
}

/** A system whose rows the caller may sync into the model; undefined if there is none. */
const exampleSystem = (access: Access, model: string): string | undefined =>
  [SYSTEM, ...access.systems].find((system) => access.missing({ system, model, flags: FLAGS }) === null);

/** An example for the first model of which the caller can create an object without a reference to another. Null if there is none. */
function findExample({ models }: ModelCatalog, access: Access): Example | null {
  for (const model of [...models].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const values = whyNotSyncable(model) === null ? exampleValues(model) : null;
    const system = exampleSystem(access, model.name);
    if (values && system !== undefined) {
      const defaults = { actionFlags: FLAGS, matchOn: Object.keys(values).slice(0, 1) };
      const shared = { system, model: model.name, defaults, options: { dryRun: true } };
      return { model: model.name, values, shared };
    }
  }
  return null;
}

/** Names that need no column mapping in a header. Other names are too complicated for a first example. */
const PLAIN_NAME = /^(?!(?:action_flags|match_on|external_key)$)\w+$/i;

/** The example as a CSV text; null if a field's name has another meaning in a header. */
function csvInput({ shared, values }: Example): object | null {
  const names = Object.keys(values);
  if (!names.every((name) => PLAIN_NAME.test(name))) return null;
  return { ...shared, csv: `external_key,${names.join(',')}\n1,${Object.values(values).join(',')}\n` };
}

/** JSON with one line per member of the input, so that all are visible at once. */
const inputVariable = (input: object): string =>
  `{ "input": {\n${Object.entries(input)
    .map(([name, value]) => `  "${name}": ${JSON.stringify(value)}`)
    .join(',\n')}\n}}`;

const tab = (name: string, variables?: string): Tab => ({ query: exampleOperation(name), variables });

/** Tabs for the models that the caller may see. None of them changes the database. */
function ownTabs(catalog: ModelCatalog, access: Access): readonly Tab[] {
  const example = findExample(catalog, access);
  const csv = example && csvInput(example);
  const model = access.mayRead ? (example?.model ?? catalog.models[0]?.name) : undefined;
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

/** The playground's first tabs for a caller. Each can be run repeatedly. */
export function playgroundTabs(catalog: ModelCatalog, access: Access): readonly Tab[] {
  const isDemo = catalog.models.some(({ objection }) => objection === Person);
  if (isDemo && access.isAdmin) return DEMO_TABS.map((name) => tab(name));
  return ownTabs(visibleModels(catalog, access), access);
}

/** Tabs that name no model, for a server that requires a token. */
export const generalTabs = (): readonly Tab[] => [tab('ListModels'), tab('LastRuns')];
