/** Rows that bypass GraphQL's coercion equal the coerced rows. */
import fc from 'fast-check';
import {
  coerceInputValue,
  type GraphQLInputType,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  parse,
  typeFromAST,
} from 'graphql';
import { handOverRows, makeSchema, rowsOf } from '../../src/api';
import type { SyncRowsInput } from '../../src/api/inputs/rows';

let schema: GraphQLSchema;
beforeAll(async () => {
  schema = await makeSchema();
});

function operationWith(type: string): OperationDefinitionNode {
  const [operation] = parse(`mutation ($given: ${type}) { syncRows(input: $given) { run { id } } }`).definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('no operation');
  return operation;
}

/** The coerced value of a variable, or its errors. */
function coerced(operation: OperationDefinitionNode, value: unknown): { value: unknown } | { errors: string[] } {
  const [definition] = operation.variableDefinitions ?? [];
  const type = definition && (typeFromAST(schema, definition.type as never) as GraphQLInputType | undefined);
  if (!type) throw new Error('no such type');
  const errors: string[] = [];
  const result: unknown = coerceInputValue(value, type, (path, _, { message }) =>
    errors.push(`${path.join('.')}: ${message}`),
  );
  return errors.length > 0 ? { errors } : { value: result };
}

const CASES = [
  { type: '[RowInput!]!', wrap: (rows: unknown) => rows, unwrap: (value: unknown) => value },
  {
    type: 'SyncRowsInput!',
    wrap: (rows: unknown) => ({ system: 'HRSystem', model: 'Person', rows }),
    unwrap: (value: unknown) => (value as SyncRowsInput).rows,
  },
];

const values = fc.dictionary(fc.constantFrom('first_name', 'age', '__proto__'), fc.jsonValue({ maxDepth: 1 }), {
  maxKeys: 2,
});
const plainRow = fc.record(
  {
    values,
    externalKey: fc.option(fc.string({ maxLength: 3 })),
    actionFlags: fc.option(fc.constantFrom('cu', 'd', '')),
    matchOn: fc.option(fc.array(fc.constantFrom('first_name', 'age'), { maxLength: 2 })),
  },
  { requiredKeys: ['values'] },
);
const anything = fc.constantFrom<unknown>(null, 12, 'text', true, [], ['a', 1], { a: 1 }, 1.5);
const oddRow = fc.oneof(
  anything,
  fc.record({ values: anything }),
  fc
    .tuple(plainRow, fc.constantFrom('externalKey', 'actionFlags', 'matchOn', 'values', 'extenralKey'), anything)
    .map(([row, name, value]) => ({ ...row, [name]: value })),
);
const plainRows = fc.array(plainRow, { minLength: 11, maxLength: 14 });
const rows = fc.oneof(
  plainRows,
  fc.tuple(plainRows, oddRow, fc.nat({ max: 11 })).map(([plain, odd, at]) => plain.toSpliced(at, 0, odd as never)),
  fc.array(plainRow, { maxLength: 3 }),
  anything,
);

const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null));

describe.each(CASES)('rows in a variable of type $type', ({ type, wrap, unwrap }) => {
  it('come out as GraphQL would have given them, or are refused as it would have refused them', () => {
    const operation = operationWith(type);
    let spared = 0;
    fc.assert(
      fc.property(rows, (given) => {
        const expected = coerced(operation, wrap(given));
        const handed = handOverRows(operation, { given: wrap(given) }, { rowsPerCall: 0 }).given;
        const found = coerced(operation, handed);
        if ('errors' in expected) {
          expect(found).toEqual(expected);
          return;
        }
        if (!('value' in found)) throw new Error(found.errors.join());
        const list = unwrap(found.value) as SyncRowsInput['rows'];
        if (rowsOf({ rows: list } as SyncRowsInput) !== list) spared += 1;
        expect(json(rowsOf({ rows: list } as SyncRowsInput))).toEqual(json(unwrap(expected.value)));
      }),
      { numRuns: 2000 },
    );
    expect(spared).toBeGreaterThan(100);
  });
});

it('variables of other types stay as they are', () => {
  const given = Array.from({ length: 20 }, () => ({ values: {} }));
  expect(handOverRows(operationWith('[JSON!]!'), { given, other: given }, { rowsPerCall: 1 })).toEqual({
    given,
    other: given,
  });
});
