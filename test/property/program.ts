/** Random programs: calls of several systems, with rows of every kind, on random models that need not be empty. */
import fc from 'fast-check';
import type { Row, SyncOptions } from '../../src/sync';
import { type BelongsTo, columnOf, type LinkSide, linkNames, type ModelSpec, type Schema, TOO_HIGH } from './schema';
import { type Start, starts } from './start';

export type ProgramRow = Omit<Row, 'number'>;

export interface CallSource {
  readonly system: string;
  readonly model: string;
  readonly rows: readonly ProgramRow[];
}

export interface Call {
  readonly sources: readonly CallSource[];
  readonly options: Partial<SyncOptions>;
}

export interface Program {
  readonly start: Start;
  readonly calls: readonly Call[];
}

const flags = fc.constantFrom(
  ...['c', 'u', 'u*', 'u*', 'cu', 'cu*', 'cu*', 'cu*', 'cu*', 'd', 'd', 'd', 'd*'],
  ...['u*', 'cu', 'cu*', 'cu*', 'cu*', 'cu*', 'd', 'd', 'c*', 'UC', ' *uc ', 'D*', '*', ''],
  // Illegal.
  ...['cd', 'ud*', 'x'],
);
const key = fc.option(fc.constantFrom('k1', 'k1', 'k2', 'k2', 'k3', 'K1', ' ', 'k1 '), { nil: null, freq: 3 });
const KEYS = ['k1', 'k2', 'k9', ''];

const VALUES = {
  name: ['a', 'b', 'A', 'c', ''],
  code: ['x', 'y', 'X', ''],
  rank: ['1', '1', '2', '2', '', 'one', String(TOO_HIGH)],
} as const;

type Given = string | null | readonly string[];

/** Columns of relations that a row of a model may carry, with values for each. */
function relationColumns(schema: Schema, model: ModelSpec, index: number): [name: string, values: readonly Given[]][] {
  const columns: [string, readonly Given[]][] = [];
  const reach = (prefix: string, target: number, lists: readonly Given[]): void => {
    columns.push(
      [`${prefix}name`, [...VALUES.name, null, ...lists]],
      [`${prefix}code`, [...VALUES.code, ...lists.slice(0, 1)]],
      [`${prefix}@`, KEYS],
      [`${prefix}@S2`, KEYS],
    );
    const at = schema.models[target];
    for (const hop of at?.belongsTo ?? []) columns.push([`${prefix}${hop.name}=>name`, VALUES.name]);
    for (const { target: there, back } of schema.models.flatMap(({ belongsTo }) => belongsTo))
      if (there === target) columns.push([`${prefix}${back}=>name`, VALUES.name]);
  };
  const lists = [['a', 'b'], ['c', 'c'], ['x', 'A'], ['b']];
  for (const { name, target } of model.belongsTo) {
    reach(`${name}=>`, target, []);
    columns.push([columnOf(name), ['', '1', '2', '999999']]);
  }
  schema.models.forEach(({ belongsTo }, from) => {
    for (const { target, back } of belongsTo) if (target === index) reach(`${back}=>`, from, lists);
  });
  for (const link of schema.links)
    for (const side of ['one', 'other'] as const)
      if (link[side] === index)
        for (const sign of ['+', '-', '=', ''])
          reach(`${linkNames(link)[side]}=>${sign}`, link[other(side)], [...lists, []]);
  return columns;
}

const other = (side: LinkSide): LinkSide => (side === 'one' ? 'other' : 'one');

/** Relations whose columns the row's values have. */
function byRelation(values: Readonly<Record<string, unknown>>): Map<string, [path: string[], value: unknown][]> {
  const relations = new Map<string, [string[], unknown][]>();
  for (const [name, value] of Object.entries(values)) {
    const [relation = '', ...path] = name.split('=>');
    if (path.length > 0) relations.set(relation, [...(relations.get(relation) ?? []), [path, value]]);
  }
  return relations;
}

const SETS: Readonly<Record<string, string>> = { '+': 'add', '-': 'remove', '=': 'set' };

/** One object of the columns; undefined where they cannot be told apart in one. */
function asObject(columns: readonly (readonly [path: readonly string[], value: unknown])[]): object | undefined {
  const object: Record<string, unknown> = {};
  for (const [[step = '', ...rest], value] of columns) {
    const name = step.startsWith('@') ? '_key' : step;
    if (name in object && rest.length === 0) return undefined;
    if (step.length > 1 && step.startsWith('@')) object._system = step.slice(1);
    if (rest.length === 0) object[name] = value;
    else object[name] = { ...(object[name] as object | undefined), [rest[0] ?? '']: value };
  }
  return object;
}

/** The elements of lists, each with the values beside them. */
function asElements(columns: readonly (readonly [path: readonly string[], value: unknown])[]): object[] | undefined {
  const lengths = new Set(columns.flatMap(([, value]) => (Array.isArray(value) ? [value.length] : [])));
  if (lengths.size > 1) return undefined;
  const elements: object[] = [];
  for (let place = 0; place < ([...lengths][0] ?? 1); place += 1) {
    const element = asObject(
      columns.map(([path, value]) => [path, Array.isArray(value) ? (value as unknown[])[place] : value] as const),
    );
    if (!element) return undefined;
    elements.push(element);
  }
  return elements;
}

/** Reference columns as the objects that they may be given as (R28), where they can. */
function inlined(schema: Schema, model: ModelSpec, values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const result = { ...values };
  for (const [relation, columns] of byRelation(values)) {
    const toOne = model.belongsTo.some(({ name }) => name === relation);
    const link = schema.links.find((candidate) => Object.values(linkNames(candidate)).includes(relation));
    let object: unknown;
    if (toOne) object = columns.every(([, value]) => value === null) ? null : asObject(columns);
    else if (!link) object = asElements(columns);
    else {
      const sets: Record<string, unknown> = {};
      for (const sign of ['+', '-', '=']) {
        const own = columns.flatMap(([[first = '', ...rest], value]) =>
          first.startsWith(sign) ? [[[first.slice(1), ...rest], value] as const] : [],
        );
        const elements = own.length > 0 ? asElements(own) : undefined;
        if (elements) sets[SETS[sign] ?? ''] = elements;
      }
      if (Object.keys(sets).length > 0) object = sets;
      else if (columns.every(([[first = ''], value]) => !/^[-+=]/.test(first) && !Array.isArray(value)))
        object = asObject(columns);
    }
    if (object === undefined) continue;
    for (const name of Object.keys(values)) if (name.startsWith(`${relation}=>`)) Reflect.deleteProperty(result, name);
    result[relation] = object;
  }
  return result;
}

const MATCHES = [
  ...['name', 'name', 'name', 'name', 'name', 'name', 'code', 'code', 'code', 'code', 'name code', 'name rank'],
  ...['name', 'name', 'name', 'rank', '', '', '', ''],
  ...['name code |', 'code ~ name &', 'name code | rank &', 'name ~ code ~ |', 'name code & ~ name &'],
  // Malformed, and unknown.
  ...['name |', 'name code | rank', 'nome'],
];

function matchesOf(schema: Schema, model: ModelSpec, index: number): string[] {
  const matches = [...MATCHES];
  const reference = ({ name }: BelongsTo): string[] => [
    ...[`${name}=>name`, `name ${name}=>code`, `${name}=>name ${name}=>code`, `${name}=>@`, columnOf(name)],
    ...[`name ${name}=>name |`, `${name}=>name ~ name &`],
  ];
  matches.push(...model.belongsTo.slice(0, 1).flatMap(reference));
  const back = schema.models.flatMap(({ belongsTo }) => belongsTo).find(({ target }) => target === index)?.back;
  if (back) matches.push(`${back}=>name`);
  return matches;
}

function rowsOf(schema: Schema, model: ModelSpec, index: number): fc.Arbitrary<readonly ProgramRow[]> {
  const columns = relationColumns(schema, model, index);
  const given = columns.map(([name, values]) => fc.tuple(fc.constant(name), fc.constantFrom<Given>(...values)));
  const known = new Map<string, readonly Given[]>([...Object.entries(VALUES), ...columns]);
  const maybe = (name: keyof typeof VALUES, freq: number): fc.Arbitrary<string | undefined> =>
    fc.option(fc.constantFrom<string>(...VALUES[name]), { nil: undefined, freq });
  const said = fc
    .record({
      // A new object needs a name, and what is matched on must be there.
      fields: fc.record({ name: maybe('name', 15), code: maybe('code', 10), rank: maybe('rank', 2) }),
      relations: given.length > 0 ? fc.array(fc.oneof(...given), { maxLength: 5 }) : fc.constant([]),
      inline: fc.boolean(),
      matchOn: fc.constantFrom(...matchesOf(schema, model, index)),
      // Seldom a row does not carry what it matches on.
      filling: fc.option(fc.nat(9), { nil: undefined, freq: 20 }),
      unknown: fc.option(fc.constantFrom('nome', 'nobody=>name'), { nil: undefined, freq: 15 }),
    })
    .map(({ fields, relations, inline, unknown, matchOn, filling }): Pick<ProgramRow, 'matchOn' | 'values'> => {
      const all = { ...fields, ...Object.fromEntries(relations) };
      const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
      const missing = matchOn.split(' ').filter((name) => !(name in given));
      const filled = missing.flatMap((name) => {
        const values = filling === undefined ? undefined : known.get(name);
        return values ? [[name, values[(filling ?? 0) % values.length]] as const] : [];
      });
      const row = inline ? inlined(schema, model, given) : given;
      return { matchOn, values: { ...row, ...Object.fromEntries(filled), ...(unknown && { [unknown]: '?' }) } };
    });
  const row = fc
    .record({ actionFlags: flags, externalKey: key, said })
    .map(({ said: { matchOn, values }, ...rest }): ProgramRow => ({ ...rest, matchOn, values }));
  return fc.oneof(
    { weight: 12, arbitrary: fc.array(row, { minLength: 1, maxLength: 8 }) },
    { weight: 2, arbitrary: exchanges },
    {
      weight: 1,
      arbitrary: mergesOf(given.length > 0 ? fc.array(fc.oneof(...given), { maxLength: 2 }) : fc.constant([])),
    },
  );
}

/** A record whose key is linked to one object, and then takes the name of another one (R10). */
const mergesOf = (relations: fc.Arbitrary<[string, Given][]>): fc.Arbitrary<readonly ProgramRow[]> =>
  fc
    .record({
      names: fc.shuffledSubarray(['a', 'b', 'c', 'd'], { minLength: 2 }),
      codes: fc.tuple(fc.constantFrom('x', '', null, undefined), fc.constantFrom('y', 'z', undefined)),
      relations: fc.tuple(relations, relations, relations),
    })
    .map(({ names: [name, other], codes: [code, otherCode], relations: [own, others, last] }) => [
      { actionFlags: 'cu*', matchOn: 'name', externalKey: 'k1', values: valuesOf({ name, code }, own) },
      {
        actionFlags: 'c',
        matchOn: 'name',
        externalKey: null,
        values: valuesOf({ name: other, code: otherCode, rank: '1' }, others),
      },
      { actionFlags: 'u*', matchOn: 'name', externalKey: 'k1', values: valuesOf({ name: other }, last) },
    ]);

const valuesOf = (
  fields: Record<string, Given | undefined>,
  relations: readonly [string, Given][],
): ProgramRow['values'] =>
  Object.fromEntries(
    Object.entries({ ...Object.fromEntries(relations), ...fields }).filter(([, value]) => value !== undefined),
  );

/** Records of one source, each with values of its own, and then the same records with each other's values (R17b). */
const exchanges = fc
  .record({
    keys: fc.shuffledSubarray(['k1', 'k2', 'k3'], { minLength: 2 }),
    names: fc.shuffledSubarray(['a', 'b', 'c'], { minLength: 3 }),
    codes: fc.shuffledSubarray(['x', 'y', 'z'], { minLength: 3 }),
    rounds: fc.array(fc.shuffledSubarray([0, 1, 2], { minLength: 3 }), { minLength: 1, maxLength: 2 }),
    // Of a key of two columns only one changes.
    rank: fc.constantFrom(undefined, '1', '1'),
  })
  .map(({ keys, names, codes, rounds, rank }): readonly ProgramRow[] =>
    [[0, 1, 2], ...rounds].flatMap((places, round) =>
      keys.map((externalKey, index) => ({
        actionFlags: 'cu*',
        matchOn: '',
        externalKey,
        values: {
          name: names[places[index] ?? 0],
          code: codes[places[index] ?? 0],
          ...(round === 0 && rank && { rank }),
        },
      })),
    ),
  );

const options = fc.record({
  onError: fc.constantFrom<SyncOptions['onError']>('CONTINUE', 'CONTINUE', 'ROLLBACK'),
  order: fc.constantFrom<SyncOptions['order']>(
    null,
    null,
    ['CREATE', 'UPDATE', 'DELETE'],
    ['DELETE', 'UPDATE', 'CREATE'],
  ),
  onMatchConflict: fc.constantFrom<SyncOptions['onMatchConflict']>('DELETE', 'DELETE', 'MERGE', 'MERGE', 'FAIL'),
  onUnresolvedReference: fc.constantFrom<SyncOptions['onUnresolvedReference']>('WARN', 'WARN', 'FAIL'),
  dryRun: fc.constantFrom(false, false, false, false, true),
});

export function programs(schema: Schema): fc.Arbitrary<Program> {
  const source = fc.nat(schema.models.length - 1).chain((index): fc.Arbitrary<CallSource> => {
    const model = schema.models[index] as ModelSpec;
    return fc.record({
      system: fc.constantFrom('S1', 'S2'),
      model: fc.constant(model.name),
      rows: rowsOf(schema, model, index),
    });
  });
  const sources = fc.oneof(
    { weight: 4, arbitrary: fc.array(source, { minLength: 1, maxLength: 1 }) },
    { weight: 1, arbitrary: fc.array(source, { minLength: 2, maxLength: 2 }) },
  );
  return fc.record({
    start: starts(schema),
    calls: fc.array(fc.record({ sources, options }), { minLength: 1, maxLength: 4 }),
  });
}
