/** The schema contains everything that clients were promised, and describes every part of itself. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildSchema,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isObjectType,
  isScalarType,
  validateSchema,
} from 'graphql';
import { makeSchema } from '../../src/api';

const CONTRACTS = ['schema-contract.graphql', 'schema-contract-2.graphql'];
const own = (name: string): string => readFileSync(join(__dirname, name), 'utf8');
const shared = (name: string): string => join(__dirname, '../../../shared', name);

/** The parts of the second contract that are due. */
const DUE = ['Nothing lost, nothing stuck, nothing silent', 'Many callers at once', 'Open to the network'];

/** Both contracts as one schema, with only the parts that are due. */
const contract = (): GraphQLSchema => {
  const [first = '', second = ''] = CONTRACTS.map(own);
  const parts = second.split(/^# ─+ (?=")/m).filter((part) => DUE.some((name) => part.startsWith(`"${name}"`)));
  if (parts.length !== DUE.length) throw new Error('the second contract has other parts');
  // The contract names these connections without defining them.
  return buildSchema(
    [
      first,
      ...parts.map((part) => `# ${part}`),
      'type TokenConnection { totalCount: Int! } type WebhookDeliveryConnection { totalCount: Int! }',
    ].join('\n'),
  );
};

const argument = ({ name, type, defaultValue }: GraphQLArgument | GraphQLInputField): string =>
  `${name}: ${String(type)}${defaultValue === undefined ? '' : ` = ${JSON.stringify(defaultValue)}`}`;

const field = ({ name, type, args }: GraphQLField<unknown, unknown>): string =>
  `${name}(${args.map(argument).sort().join(', ')}): ${String(type)}`;

/** An input field with a default is nullable, and null means the default. */
const kept = (promise: string): string => promise.replace(/^(\w+\.\w+: [^(]*)! = /, '$1 = ');

/** Every promise as one line: `type.field(arguments): type`. */
function promises(schema: GraphQLSchema): string[] {
  return Object.values(schema.getTypeMap())
    .filter(({ name }) => !name.startsWith('__'))
    .flatMap((type) => {
      if (isObjectType(type)) return Object.values(type.getFields()).map((item) => `${type.name}.${field(item)}`);
      if (isInputObjectType(type))
        return Object.values(type.getFields()).map((item) => `${type.name}.${argument(item)}`);
      if (isEnumType(type)) return type.getValues().map(({ name }) => `${type.name}.${name}`);
      return isScalarType(type) ? [`scalar ${type.name}`] : [];
    });
}

describe('the contract', () => {
  it('the schema is valid', async () => {
    expect(validateSchema(await makeSchema())).toEqual([]);
  });

  it('is kept by the schema, whole', async () => {
    const made = new Set(promises(await makeSchema()));
    expect(promises(contract()).filter((promise) => !made.has(kept(promise)))).toEqual([]);
  });

  for (const name of CONTRACTS)
    (existsSync(shared(name)) ? it : it.skip)(`${name} is the same here as where it is agreed`, () => {
      expect(own(name)).toBe(readFileSync(shared(name), 'utf8'));
    });

  it('is emitted to schema/schema.graphql', async () => {
    const emitted = promises(buildSchema(readFileSync(join(__dirname, '../../schema/schema.graphql'), 'utf8')));
    expect(emitted.sort()).toEqual(promises(await makeSchema()).sort());
  });

  it('describes every type, field, argument and enum value', async () => {
    const schema = await makeSchema();
    const undescribed = Object.values(schema.getTypeMap())
      .filter(
        ({ name }) =>
          !name.startsWith('__') &&
          !['String', 'Int', 'Float', 'Boolean', 'ID', 'Query', 'Mutation', 'Subscription'].includes(name),
      )
      .flatMap((type) => {
        const parts: { name: string; description?: string | null }[] = [type];
        if (isEnumType(type)) parts.push(...type.getValues());
        return parts.filter(({ description }) => !description).map(({ name }) => `${type.name}.${name}`);
      });
    const fields = Object.values(schema.getTypeMap())
      .filter(({ name }) => !name.startsWith('__'))
      .flatMap((type) => {
        if (isInputObjectType(type))
          return Object.values(type.getFields())
            .filter(({ description }) => !description)
            .map(({ name }) => `${type.name}.${name}`);
        if (!isObjectType(type)) return [];
        return Object.values(type.getFields()).flatMap((item) =>
          [item, ...item.args]
            .filter(({ description }) => !description)
            .map(({ name }) => `${type.name}.${item.name} ${name}`),
        );
      });
    expect([...undescribed, ...fields]).toEqual([]);
  });
});
