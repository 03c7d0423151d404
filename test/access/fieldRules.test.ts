/** Every field of the schema has a rule, which is applied before any resolver runs. */
import {
  graphql,
  type GraphQLSchema,
  isObjectType,
  isNonNullType,
  isScalarType,
  isEnumType,
  isListType,
  isInputObjectType,
  type GraphQLInputType,
} from 'graphql';
import { FIELD_RULES, type FieldRule, missingScope, ruleOf } from '../../src/api/fieldRules';
import { makeSchema } from '../../src/api';
import { Access, readScopes } from '../../src/access';
import { createNsync, type Nsync } from '../../src';
import { DATABASES, migratedDatabase } from '../support/databases';

const SCOPES = [['read'], ['admin'], ['sync:HRSystem/Person:cu'], ['read', 'sync:*/*']];

function objectFields(schema: GraphQLSchema): [type: string, field: string][] {
  return Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type) && !type.name.startsWith('__'))
    .flatMap((type) =>
      isObjectType(type) ? Object.keys(type.getFields()).map((field): [string, string] => [type.name, field]) : [],
    );
}

it('every field has a rule, and every rule a field', async () => {
  const fields = objectFields(await makeSchema());
  expect(fields.filter(([type, field]) => ruleOf(type, field) === undefined)).toEqual([]);
  const known = new Set(fields.map(([type, field]) => `${type}.${field}`));
  const types = new Set(fields.map(([type]) => type));
  const named = Object.entries(FIELD_RULES).flatMap(([type, rules]) =>
    typeof rules === 'string' ? [] : Object.keys(rules).map((field) => `${type}.${field}`),
  );
  expect(named.filter((name) => !known.has(name))).toEqual([]);
  expect(Object.keys(FIELD_RULES).filter((type) => !types.has(type))).toEqual([]);
});

/** Any value of a type. */
function valueOf(type: GraphQLInputType): unknown {
  if (isNonNullType(type)) return valueOf(type.ofType as GraphQLInputType);
  if (isListType(type)) return [];
  if (isEnumType(type)) return type.getValues()[0]?.name;
  if (isScalarType(type))
    return { Int: 1, Float: 1, Boolean: false, JSONObject: {}, DateTime: '2000-01-01T00:00:00Z' }[type.name] ?? 'x';
  return Object.fromEntries(
    Object.values(isInputObjectType(type) ? type.getFields() : {})
      .filter((field) => isNonNullType(field.type) && field.defaultValue === undefined)
      .map((field) => [field.name, valueOf(field.type)]),
  );
}

/** An operation with one root field, including any arguments that it requires. */
function operationFor(
  schema: GraphQLSchema,
  kind: 'query' | 'mutation',
  name: string,
): { source: string; variables: Record<string, unknown> } {
  const root = kind === 'query' ? schema.getQueryType() : schema.getMutationType();
  const field = root?.getFields()[name];
  if (!field) throw new Error(`there is no field ${name}`);
  const needed = field.args.filter((arg) => isNonNullType(arg.type) && arg.defaultValue === undefined);
  const declared = needed.map((arg) => `$${arg.name}: ${String(arg.type)}`).join(', ');
  const given = needed.map((arg) => `${arg.name}: $${arg.name}`).join(', ');
  const isLeaf =
    !String(field.type).match(/^\[?[A-Z]\w*/) || ['String'].some((leaf) => String(field.type).includes(leaf));
  return {
    source: `${kind} ${declared === '' ? '' : `(${declared})`} { ${name}${given === '' ? '' : `(${given})`}${isLeaf ? '' : ' { __typename }'} }`,
    variables: Object.fromEntries(needed.map((arg) => [arg.name, valueOf(arg.type)])),
  };
}

const SQLITE = DATABASES.find(({ name }) => name === 'SQLite');

describe.each(SCOPES)('a caller with %j', (...scopes: string[]) => {
  let nsync: Nsync;
  let close: () => Promise<void>;
  beforeAll(async () => {
    if (!SQLITE) throw new Error('SQLite is always there');
    const database = await migratedDatabase(SQLITE);
    nsync = await createNsync({ database: database.url, authorize: () => ({ name: 'caller', scopes }) });
    close = async () => {
      await nsync.close();
      await database.drop();
    };
  });
  afterAll(() => close());

  it.each<['query' | 'mutation', 'Query' | 'Mutation']>([
    ['query', 'Query'],
    ['mutation', 'Mutation'],
  ])('may ask for the fields of a %s that the rules allow, and no others', async (kind, type) => {
    const access = new Access(readScopes(scopes));
    const rules = FIELD_RULES[type] as Readonly<Record<string, FieldRule>>;
    for (const [name, rule] of Object.entries(rules)) {
      const { source, variables } = operationFor(nsync.schema, kind, name);
      const { errors } = await graphql({ schema: nsync.schema, source, variableValues: variables, contextValue: {} });
      const scope = missingScope(rule, access);
      const forbidden = errors?.find(({ message }) => message.startsWith(`${type}.${name} requires`));
      expect([name, forbidden?.message ?? null]).toEqual([
        name,
        scope === null ? null : `${type}.${name} requires the scope ${scope}.`,
      ]);
      if (forbidden) expect(forbidden.extensions.code).toBe('FORBIDDEN');
    }
  });
});

it('an operation with one forbidden field does nothing at all', async () => {
  if (!SQLITE) throw new Error('SQLite is always there');
  const database = await migratedDatabase(SQLITE);
  const nsync = await createNsync({
    database: database.url,
    authorize: (context) => (context as { caller: { name: string; scopes: string[] } }).caller,
  });
  try {
    const ask = (source: string, scopes: string[], variableValues = {}) =>
      graphql({ schema: nsync.schema, source, variableValues, contextValue: { caller: { name: 'caller', scopes } } });
    const nested = `
      mutation ($all: Boolean = true) {
        syncRows(input: {system: "HRSystem", model: "Person", rows: []}) {
          run { ...Deep @include(if: $all) }
        }
      }
      fragment Deep on SyncRun { systems { ... on ExternalSystem { mappings { totalCount } } } }`;
    const refused = await ask(nested, ['sync:HRSystem/Person']);
    expect(refused.errors?.map(({ message, extensions }) => [extensions.code, message])).toEqual([
      ['FORBIDDEN', 'ExternalSystem.mappings requires the scope read.'],
    ]);
    const runs = await ask('{ runs { totalCount } }', ['read']);
    expect(runs.data).toEqual({ runs: { totalCount: 0 } });
    const skipped = await ask(nested, ['sync:HRSystem/Person'], { all: false });
    expect(skipped.errors?.map(({ extensions }) => extensions.code) ?? []).not.toContain('FORBIDDEN');
  } finally {
    await nsync.close();
    await database.drop();
  }
});

it('without a caller nothing is answered', async () => {
  if (!SQLITE) throw new Error('SQLite is always there');
  const database = await migratedDatabase(SQLITE);
  const nsync = await createNsync({ database: database.url, authorize: () => null });
  try {
    const { data, errors } = await graphql({ schema: nsync.schema, source: '{ viewer { name } }', contextValue: {} });
    expect([data, errors?.[0]?.extensions.code]).toEqual([null, 'UNAUTHENTICATED']);
  } finally {
    await nsync.close();
    await database.drop();
  }
});
