/** Random programs: calls of several systems, with rows of every kind, on random models. */
import fc from 'fast-check';
import type { Row, SyncOptions } from '../../src/sync';
import { type BelongsTo, columnOf, linkNames, type ModelSpec, type Schema } from './schema';

export type ProgramRow = Omit<Row, 'number'>;

export interface Call {
  readonly system: string;
  readonly model: string;
  readonly rows: readonly ProgramRow[];
  readonly options: Partial<SyncOptions>;
}

const flags = fc.constantFrom('c', 'u', 'u*', 'cu', 'cu*', 'cu*', 'd', 'd*', 'cd', '');
const key = fc.option(fc.constantFrom('k1', 'k2', 'k3', 'K1', ' '), { nil: null });
const KEYS = ['k1', 'k2', 'k9', ''];

/** Values of the fields; the second list only where texts are compared by the database alone. */
const VALUES = {
  name: ['a', 'b', 'A', 'c', ''],
  code: ['x', 'y', 'X', ''],
  rank: ['1', '2', '', 'one'],
} as const;

const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined, freq: 2 });

/** The columns that a row of a model may carry. */
function columnsOf(schema: Schema, model: ModelSpec, index: number): Record<string, readonly (string | null)[]> {
  const columns: Record<string, readonly (string | null)[]> = { ...VALUES };
  const reach = ({ name, target }: BelongsTo): void => {
    columns[`${name}=>name`] = [...VALUES.name, null];
    columns[`${name}=>code`] = VALUES.code;
    columns[`${name}=>@`] = KEYS;
    columns[`${name}=>@S2`] = KEYS;
    for (const hop of schema.models[target]?.belongsTo ?? []) columns[`${name}=>${hop.name}=>name`] = VALUES.name;
  };
  for (const relation of model.belongsTo) {
    reach(relation);
    columns[columnOf(relation.name)] = ['', '999999'];
  }
  for (const other of schema.models)
    for (const { target, back } of other.belongsTo) if (target === index) columns[`${back}=>name`] = VALUES.name;
  for (const link of schema.links)
    for (const side of ['one', 'other'] as const)
      if (link[side] === index)
        for (const sign of ['+', '-', '=']) columns[`${linkNames(link)[side]}=>${sign}name`] = VALUES.name;
  return columns;
}

const MATCHES = ['name', 'code', 'name code', 'name code |', 'code ~ name &', 'name rank', 'rank', 'name', 'code', ''];

function rowsOf(schema: Schema, model: ModelSpec, index: number): fc.Arbitrary<readonly ProgramRow[]> {
  const columns = columnsOf(schema, model, index);
  const names = Object.keys(columns);
  const [first] = model.belongsTo;
  const matches = first ? [...MATCHES, `${first.name}=>name`, `name ${first.name}=>code`] : MATCHES;
  const values = fc
    .record(
      Object.fromEntries(
        names.map((name) => {
          const given = fc.constantFrom(...(columns[name] ?? ['']));
          // A new object needs a name, and references that can be found are worth more than columns that are left out.
          return [name, name === 'name' || name === 'code' ? given : maybe(given)];
        }),
      ),
    )
    .map(
      (record) =>
        Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as Record<
          string,
          unknown
        >,
    );
  return fc.array(fc.record({ actionFlags: flags, matchOn: fc.constantFrom(...matches), externalKey: key, values }), {
    minLength: 1,
    maxLength: 8,
  });
}

const options = fc.record({
  onError: fc.constantFrom<SyncOptions['onError']>('CONTINUE', 'CONTINUE', 'ROLLBACK'),
  order: fc.constantFrom<SyncOptions['order']>(
    null,
    null,
    ['CREATE', 'UPDATE', 'DELETE'],
    ['DELETE', 'UPDATE', 'CREATE'],
  ),
  onMatchConflict: fc.constantFrom<SyncOptions['onMatchConflict']>('DELETE', 'DELETE', 'FAIL'),
  onUnresolvedReference: fc.constantFrom<SyncOptions['onUnresolvedReference']>('WARN', 'WARN', 'FAIL'),
  dryRun: fc.constantFrom(false, false, false, false, true),
});

/** A first call for each model fills the tables. */
export function programs(schema: Schema): fc.Arbitrary<readonly Call[]> {
  const call = fc.nat(schema.models.length - 1).chain((index): fc.Arbitrary<Call> => {
    const model = schema.models[index] as ModelSpec;
    return fc.record({
      system: fc.constantFrom('S1', 'S2'),
      model: fc.constant(model.name),
      rows: rowsOf(schema, model, index),
      options,
    });
  });
  return fc.array(call, { minLength: 2, maxLength: 5 });
}
