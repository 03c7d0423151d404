/** Every position of a text in requests to a GraphQL schema, found by walking the schema. */
import {
  getNamedType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';

type Field = GraphQLField<unknown, unknown>;

/** The fields from the root to a field with arguments. */
export interface Route {
  readonly operation: 'query' | 'mutation';
  readonly fields: readonly Field[];
}

export interface Position extends Route {
  /** `syncRows(input.rows.0.externalKey)` */
  readonly name: string;
  readonly argument: GraphQLArgument;
  /** The path from the argument's value to the text. */
  readonly keys: readonly (string | number)[];
  /** The scalar that receives the text. */
  readonly scalar: string;
}

/** Values for other required positions, by position or by type. */
export interface Samples {
  /** `CsvFileInput.name`, `Query.run(id)`, or `(model)` for a position with this name in any type. */
  readonly places: Readonly<Record<string, unknown>>;
  readonly scalars: Readonly<Record<string, unknown>>;
  /** Positions that are omitted if another one is given. */
  readonly instead: Readonly<Record<string, string>>;
}

const TEXTS = new Set(['String', 'ID', 'DateTime', 'JSON', 'JSONObject', 'Upload']);
/** Scalars that GraphQL does not parse from texts. */
const NO_TEXTS = new Set(['Int', 'Float', 'Boolean']);

/** The shortest route to each field with arguments. */
function routes(schema: GraphQLSchema): Route[] {
  const found: Route[] = [];
  // Subscriptions are answered by streams of events. Their argument is the id of a run, which `run` takes, too.
  const seen = new Set<GraphQLObjectType>([schema.getSubscriptionType() as GraphQLObjectType]);
  const roots: readonly (readonly [Route['operation'], GraphQLObjectType])[] = [
    ['query', schema.getQueryType() as GraphQLObjectType],
    ['mutation', schema.getMutationType() as GraphQLObjectType],
  ];
  let level = roots.map(([operation, type]) => ({ operation, type, fields: [] as Field[] }));
  while (level.length > 0) {
    const fresh = level.filter(({ type }, index) => !seen.has(type) && level.findIndex((other) => other.type === type) === index); // prettier-ignore
    for (const { type } of fresh) seen.add(type);
    const steps = fresh.flatMap(({ operation, type, fields }) =>
      Object.values(type.getFields()).map((field) => ({ operation, fields: [...fields, field] })),
    );
    found.push(...steps.filter(({ fields }) => (fields.at(-1)?.args.length ?? 0) > 0));
    level = steps.flatMap((step) => {
      const type = getNamedType(step.fields.at(-1)!.type);
      return isObjectType(type) ? [{ ...step, type }] : [];
    });
  }
  const missed = Object.values(schema.getTypeMap()).filter((type) => isObjectType(type) && !type.name.startsWith('__') && !seen.has(type)); // prettier-ignore
  if (missed.length > 0) throw new Error(`no way leads to the types ${missed.join(', ')}`);
  return found;
}

interface Leaf {
  readonly keys: readonly (string | number)[];
  readonly scalar: string;
}

function leaves(type: GraphQLInputType, within: readonly string[]): Leaf[] {
  if (isNonNullType(type)) return leaves(type.ofType, within);
  if (isListType(type)) return leaves(type.ofType, within).map((leaf) => ({ ...leaf, keys: [0, ...leaf.keys] }));
  if (isEnumType(type) || NO_TEXTS.has(type.name)) return [];
  if (isLeafType(type)) {
    if (TEXTS.has(type.name)) return [{ keys: [], scalar: type.name }];
    throw new Error(`${within.join('.')} has the scalar ${type.name}, and nothing says how a text is planted in it`);
  }
  if (within.includes(type.name)) return [];
  return Object.values(type.getFields()).flatMap((field) =>
    leaves(field.type, [...within, type.name]).map((leaf) => ({ ...leaf, keys: [field.name, ...leaf.keys] })),
  );
}

export function textPositions(schema: GraphQLSchema): Position[] {
  return routes(schema).flatMap((route) => {
    const field = route.fields.at(-1) as Field;
    const path = route.fields.map(({ name }) => name).join('.');
    return field.args.flatMap((argument) =>
      leaves(argument.type, [`${path}(${argument.name})`]).map(({ keys, scalar }) => ({
        ...route,
        name: `${path}(${[argument.name, ...keys].join('.')})`,
        argument,
        keys,
        scalar,
      })),
    );
  });
}

const evaluated = (sample: unknown): unknown => (typeof sample === 'function' ? (sample as () => unknown)() : sample);

/** Writes variables: samples in all required positions, and a text in its position. */
class Writer {
  constructor(private readonly samples: Samples) {}

  sampleOf(place: string, name: string): unknown {
    const { places } = this.samples;
    return evaluated(place in places ? places[place] : places[`(${name})`]);
  }

  value(type: GraphQLInputType, place: string, name: string, keys: readonly (string | number)[] | null, planted: unknown): unknown {
    if (isNonNullType(type)) return this.value(type.ofType, place, name, keys, planted);
    if (isListType(type)) {
      const sample = keys === null ? this.sampleOf(place, name) : undefined;
      return sample ?? [this.value(type.ofType, place, name, keys && keys.slice(1), planted)];
    }
    if (isInputObjectType(type)) {
      const [key, ...rest] = keys ?? [];
      const left = this.samples.instead[`${type.name}.${key}`];
      const entries = Object.values(type.getFields()).flatMap((field) => {
        const own = `${type.name}.${field.name}`;
        const isOnTheWay = field.name === key;
        const isGiven = isOnTheWay || isNonNullType(field.type) || own in this.samples.places;
        if (!isGiven || field.name === left) return [];
        return [[field.name, this.value(field.type, own, field.name, isOnTheWay ? rest : null, planted)]];
      });
      return Object.fromEntries(entries) as unknown;
    }
    if (keys !== null) return planted;
    const sample = this.sampleOf(place, name);
    if (sample !== undefined) return sample;
    if (isEnumType(type)) return type.getValues()[0]?.name;
    const { scalars } = this.samples;
    if (type.name in scalars) return scalars[type.name];
    throw new Error(`${place} is required, and there is no sample of ${type.name}`);
  }
} // prettier-ignore

export interface Request {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** The path of the planted value in the variables. */
  readonly path: string;
}

/** Selects all fields without arguments, down to some levels. */
function selection(field: Field, levels: number): string {
  const type = getNamedType(field.type);
  if (!isObjectType(type)) return '';
  const inner = Object.values(type.getFields()).flatMap((each) => {
    const isLeaf = isLeafType(getNamedType(each.type));
    if (each.args.length > 0 || (!isLeaf && levels === 0)) return [];
    return [`${each.name}${isLeaf ? '' : selection(each, levels - 1)}`];
  });
  return ` { ${['__typename', ...inner].join(' ')} }`;
}

const LEVELS = 2;

/** A request for a route. `planted` is put into the position, if there is one. */
export function requestFor(route: Route | Position, samples: Samples, planted?: unknown): Request {
  const writer = new Writer(samples);
  const position = 'argument' in route ? route : null;
  const variables: Record<string, unknown> = {};
  const declared: string[] = [];
  const last = route.fields.length - 1;
  const typeNames = [route.operation === 'query' ? 'Query' : 'Mutation', ...route.fields.map(({ type }) => getNamedType(type).name)]; // prettier-ignore
  let text = '';
  let path = '';
  for (const [index, field] of [...route.fields.entries()].reverse()) {
    const given = field.args.flatMap((argument) => {
      const place = `${typeNames[index]}.${field.name}(${argument.name})`;
      const isPosition = index === last && argument === position?.argument;
      if (!isPosition && !isNonNullType(argument.type) && !(place in samples.places)) return [];
      if (!isPosition && argument.defaultValue !== undefined) return [];
      const name = `v${index}_${argument.name}`;
      declared.push(`$${name}: ${String(argument.type)}`);
      variables[name] = writer.value(argument.type, place, argument.name, isPosition ? position.keys : null, planted);
      if (isPosition) path = [name, ...position.keys].join('.');
      return [`${argument.name}: $${name}`];
    });
    const inner = index === last ? selection(field, LEVELS) : ` { __typename ${text} }`;
    text = `${field.name}${given.length > 0 ? `(${given.join(', ')})` : ''}${inner}`;
  }
  const head = declared.length > 0 ? `(${declared.reverse().join(', ')})` : '';
  return { query: `${route.operation} Planted${head} { ${text} }`, variables, path };
}

/** The routes of positions, without duplicates. */
export const routesOf = (positions: readonly Position[]): Route[] => [
  ...new Map(positions.map(({ operation, fields }) => [fields.map(({ name }) => name).join('.'), { operation, fields }])).values(),
]; // prettier-ignore
