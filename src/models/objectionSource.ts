/** Writes models as Objection classes in TypeScript. Users can then add hooks, setters or a schema. */
import type { ColumnInfo, ColumnType } from '../database';
import { tableParts } from '../database';
import type { ModelCatalog } from './catalog';
import type { Field, Model } from './model';
import type { Relation } from './relations';

/** Names that the generated file itself needs. */
const USED = ['Model', 'RelationMappings', 'ReferenceBuilder', 'Object', 'Uint8Array', 'Date', 'ref', 'column'];

const TYPES: { readonly [K in ColumnType['kind']]: (type: Extract<ColumnType, { kind: K }>) => string } = {
  string: () => 'string',
  enum: ({ members }) => members.map(text).join(' | ') || 'string',
  integer: ({ max }) => (max > BigInt(Number.MAX_SAFE_INTEGER) ? 'number | string' : 'number'),
  decimal: () => 'number | string',
  float: () => 'number',
  boolean: () => 'boolean',
  date: () => 'Date | string',
  time: () => 'string',
  datetime: () => 'Date | string',
  json: () => 'unknown',
  uuid: () => 'string',
  binary: () => 'Uint8Array',
  other: () => 'unknown',
};

/** A text as a TypeScript literal in single quotes. */
function text(value: string): string {
  const escaped = JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  return `'${escaped.replace(/[\u2028\u2029\ue000-\uf8ff]/g, (character) => `\\u${character.charCodeAt(0).toString(16)}`)}'`;
}

const isIdentifier = (name: string): boolean => /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name);

/** A name as a property key. A plain `__proto__` would set the prototype. */
const key = (name: string): string => (name === '__proto__' ? `['__proto__']` : isIdentifier(name) ? name : text(name));

function typeOf({ type, nullable }: ColumnInfo): string {
  const plain = (TYPES[type.kind] as (type: ColumnType) => string)(type);
  return nullable && plain !== 'unknown' ? `${plain} | null` : plain;
}

/** Class names: `order_details` and `Order Details` become `OrderDetails`. */
function classNames(models: readonly Model[]): Map<Model, string> {
  const taken = new Set(USED);
  const names = new Map<Model, string>();
  for (const model of models) {
    const words =
      tableParts(model.table.name)
        .join(' ')
        .match(/[\p{L}\p{N}$]+/gu) ?? [];
    const joined = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
    const wanted = isIdentifier(joined) ? joined : `Table${joined}`;
    let name = wanted;
    for (let number = 2; taken.has(name); number += 1) name = `${wanted}${number}`;
    taken.add(name);
    names.set(model, name);
  }
  return names;
}

/** Whether Objection reads the whole name as the name of a column. */
const isPlain = (name: string): boolean => !/[.:]/.test(name) && name === name.trim();

/** Columns in the notation of a join. */
function columnsRef(table: string, columns: readonly string[]): string {
  const plain = columns.every(isPlain) && !table.includes(':');
  const refs = columns.map((name) => (plain ? text(`${table}.${name}`) : `column(${text(table)}, ${text(name)})`));
  return refs.length === 1 ? (refs[0] ?? '') : `[${refs.join(', ')}]`;
}

const names = (fields: readonly Field[]): string[] => fields.map(({ column }) => column.name);

/** Objection's names for relations. Objection does not allow a relation the name of its own column. */
function propertiesOf({ fields, relations }: Model): Map<Relation, string> {
  const taken = new Set([...fields.map(({ name }) => name), ...relations.keys()]);
  const fieldNames = new Set(fields.map(({ name }) => name));
  return new Map(
    [...relations.values()].map((relation) => {
      let property = relation.name;
      while (property === relation.name ? fieldNames.has(property) : taken.has(property)) property += 'Relation';
      return [relation, property];
    }),
  );
}

function mappingOf(
  property: string,
  { kind, model, related, ownFields, relatedFields, join }: Relation,
  classes: ReadonlyMap<Model, string>,
): string[] {
  const through = join && [
    '        through: {',
    `          from: ${columnsRef(
      join.table,
      join.ownColumns.map((column) => column.name),
    )},`,
    `          to: ${columnsRef(
      join.table,
      join.relatedColumns.map((column) => column.name),
    )},`,
    '        },',
  ];
  return [
    `    ${key(property)}: {`,
    `      relation: Model.${kind.objectionClass},`,
    `      modelClass: ${classes.get(related) ?? ''},`,
    '      join: {',
    `        from: ${columnsRef(model.table.name, names(ownFields))},`,
    ...(through ?? []),
    `        to: ${columnsRef(related.table.name, names(relatedFields))},`,
    '      },',
    '    },',
  ];
}

/** Whether a class can declare the member, because TypeScript and Objection do not use its name. */
const isDeclarable = (name: string): boolean =>
  name !== 'constructor' && !name.startsWith('$') && name !== 'QueryBuilderType';

function declarations(
  { fields }: Model,
  properties: ReadonlyMap<Relation, string>,
  classes: ReadonlyMap<Model, string>,
): string[] {
  return [
    ...fields
      .filter(({ name }) => isDeclarable(name))
      .map(({ name, column }) => `  declare ${key(name)}: ${typeOf(column)};`),
    ...[...properties]
      .filter(([, property]) => isDeclarable(property))
      .map(([{ kind, related }, property]) => {
        return `  declare ${key(property)}?: ${classes.get(related) ?? ''}${kind.isMany ? '[]' : ''};`;
      }),
  ];
}

function relationsOf(properties: ReadonlyMap<Relation, string>, classes: ReadonlyMap<Model, string>): string[] {
  if (properties.size === 0) return [];
  const renamed = [...properties].filter(([{ name }, property]) => name !== property);
  return [
    '  static override relationMappings = (): RelationMappings => ({',
    ...[...properties].flatMap(([relation, property]) => mappingOf(property, relation, classes)),
    '  });',
    ...(renamed.length > 0
      ? [
          '  /** What rows call relations that Objection must call otherwise than their columns. */',
          `  static relationNames = { ${renamed.map(([{ name }, property]) => `${key(property)}: ${text(name)}`).join(', ')} };`,
        ]
      : []),
  ];
}

function idColumnOf({ idFields }: Model): string[] {
  const [first, ...others] = names(idFields).map(text);
  if (first === "'id'" && others.length === 0) return [];
  if (first === undefined)
    return ['  /** None: no row can be synced into it. */', '  static override idColumn: string[] = [];'];
  return [`  static override idColumn = ${others.length === 0 ? first : `[${[first, ...others].join(', ')}]`};`];
}

function classOf(model: Model, classes: ReadonlyMap<Model, string>): string[] {
  const properties = propertiesOf(model);
  const json = model.fields.filter(({ column }) => column.type.kind === 'json').map(({ name }) => text(name));
  return [
    `export class ${classes.get(model) ?? ''} extends Model {`,
    `  static override tableName = ${text(model.table.name)};`,
    ...idColumnOf(model),
    ...(json.length > 0 ? [`  static override jsonAttributes = [${json.join(', ')}];`] : []),
    ...relationsOf(properties, classes),
    '',
    ...declarations(model, properties, classes),
    '}',
    '',
  ];
}

const COLUMN_HELPER = [
  '/** A column whose name Objection would take apart. */',
  'const column = (table: string, name: string): ReferenceBuilder =>',
  "  Object.assign(ref('table.column'), { tableName: table, column: name });",
  '',
];

function namesOf(classes: ReadonlyMap<Model, string>): string[] {
  const renamed = [...classes].filter(([{ name }, className]) => name !== className);
  if (renamed.length === 0) return [];
  return [
    '/** The names by which rows and key mappings know the models: those of their tables. */',
    'for (const [modelClass, name] of [',
    ...renamed.map(([{ name }, className]) => `  [${className}, ${text(name)}],`),
    '] as const)',
    "  Object.defineProperty(modelClass, 'name', { value: name });",
    '',
  ];
}

/** The source of a module for NSYNC_MODELS. It compiles in strict mode, and loading it results in the same models. */
export function objectionSource({ models }: ModelCatalog): string {
  const classes = classNames(models);
  const body = models.flatMap((model) => classOf(model, classes));
  const needsHelper = body.some((line) => /(?:from|to): \[?column\(/.test(line));
  const imports = [
    'Model',
    ...(needsHelper ? ['ref', 'type ReferenceBuilder'] : []),
    ...(models.some(({ relations }) => relations.size > 0) ? ['type RelationMappings'] : []),
  ];
  return [
    '/** Objection classes of a database’s tables, as nsync reads them: yours to change. */',
    `import { ${imports.join(', ')} } from 'objection';`,
    '',
    ...(needsHelper ? COLUMN_HELPER : []),
    ...body,
    ...namesOf(classes),
  ].join('\n');
}
