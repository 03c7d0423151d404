/**
 * The effect of an Objection class on values: setters, jsonSchema, its own parsing and formatting (R15, R17). The
 * engine's values are those of the database. A class sees them as its properties.
 */
import type { Model as ObjectionModel, Pojo } from 'objection';
import { Attachment } from '../attachment';
import { bytesOf, jsonText } from '../spellings';
import { isMarked, roundedDocument } from './codecs/json';
import { columnValues, type Field, type Model } from './model';
import { type Canonical, parseValue, readValue, sameValue } from './values';

/** Values by column name. */
type ColumnValues = Readonly<Record<string, Canonical | undefined>>;

interface SetterCall {
  readonly name: string;
  readonly value: unknown;
}

/** Thrown if a model refuses values, or turns them into values that their column cannot store. */
export class ModelFailure extends Error {
  constructor(
    readonly code: 'VALIDATION_FAILED' | 'INVALID_VALUE',
    message: string,
    readonly field: string | null,
  ) {
    super(message);
  }
}

const firstLine = (text: string): string => text.split('\n')[0]?.slice(0, 200) ?? '';

/** Converts an error of a class. It may be a ValidationError of any copy of Objection, or anything else. */
function asModelFailure(error: unknown, field: string | null): ModelFailure {
  if (error instanceof ModelFailure) return error;
  const { data, message } = (error ?? {}) as { data?: unknown; message?: unknown };
  const named = data !== null && typeof data === 'object' ? (Object.keys(data)[0] ?? null) : null;
  const text = firstLine(typeof message === 'string' ? message : String(error)) || 'the model gives no reason';
  return new ModelFailure('VALIDATION_FAILED', `The model refuses the values: ${text}.`, named ?? field);
}

/** Runs code of a class. Throws ModelFailure for every error. */
function inModel<T>(make: () => T, field: string | null = null): T {
  try {
    return make();
  } catch (error) {
    throw asModelFailure(error, field);
  }
}

/** Like `inModel`, for hooks. Errors of the database in a hook's own statements are not converted. */
export async function inHook(run: () => unknown, isDatabaseFailure: (error: unknown) => boolean): Promise<void> {
  try {
    await run();
  } catch (error) {
    throw isDatabaseFailure(error) ? error : asModelFailure(error, null);
  }
}

const isJsonAttribute = (model: Model, field: Field): boolean =>
  (model.objection as unknown as { getJsonAttributes(): readonly string[] }).getJsonAttributes().includes(field.name);

/**
 * Fields that a class's jsonSchema declares as numbers, where exact numbers are text, or as booleans, where the
 * database has 0 and 1.
 */
interface SchemaTypes {
  readonly numbers: ReadonlySet<string>;
  readonly booleans: ReadonlySet<string>;
}

const typesBySchema = new WeakMap<Model, SchemaTypes>();

function schemaTypes(model: Model): SchemaTypes {
  const known = typesBySchema.get(model);
  if (known) return known;
  const properties = (model.objection.jsonSchema as { properties?: Record<string, unknown> } | null)?.properties ?? {};
  const types = Object.entries(properties).map(([name, schema]) => ({
    name,
    types: [(schema as { type?: unknown } | null)?.type ?? []].flat() as unknown[],
  }));
  const namesOf = (wanted: readonly string[], others: readonly string[]): Set<string> =>
    new Set(
      types.flatMap((field) => {
        const has = (names: readonly string[]): boolean => names.some((name) => field.types.includes(name));
        return has(wanted) && !has(others) ? [field.name] : [];
      }),
    );
  const found = {
    numbers: namesOf(['number', 'integer'], ['string']),
    booleans: namesOf(['boolean'], ['number', 'integer']),
  };
  typesBySchema.set(model, found);
  return found;
}

/**
 * Models get bytes and JSON as JavaScript values, but the engine's values are text. Exact numbers stay text unless the
 * schema declares numbers.
 */
function propertyValue(model: Model, field: Field, value: Canonical): unknown {
  if (value === 0 || value === 1) return schemaTypes(model).booleans.has(field.name) ? value === 1 : value;
  if (typeof value !== 'string') return value;
  const { kind } = field.column.type;
  if (kind === 'binary') return bytesOf(value);
  if (kind === 'json') return roundedDocument(value);
  return (kind === 'decimal' || kind === 'integer') && schemaTypes(model).numbers.has(field.name)
    ? Number(value)
    : value;
}

/** The values from which instances were created. */
const givenValues = new Attachment<ObjectionModel, ColumnValues>('values');

function madeOf(model: Model, instance: ObjectionModel, values: ColumnValues): ObjectionModel {
  const isRounded = schemaTypes(model).numbers.size > 0 || Object.values(values).some(isMarked);
  if (isRounded) givenValues.attach(instance, values);
  return instance;
}

/** The exact value from which a property was set, if the property has not changed since. */
function exactValue(instance: ObjectionModel, field: Field, raw: unknown): unknown {
  const given = givenValues.of(instance)?.[field.column.name];
  if (typeof given !== 'string') return raw;
  if (field.column.type.kind === 'json')
    return isMarked(given) && sameValue(raw as Canonical, roundedDocument(given) as Canonical) ? given : raw;
  return typeof raw === 'number' && raw === Number(given) ? given : raw;
}

function propertiesOf(model: Model, values: ColumnValues): Pojo {
  const properties = columnValues<unknown>();
  for (const field of model.fields) {
    const value = values[field.column.name];
    if (value !== undefined) properties[field.name] = propertyValue(model, field, value);
  }
  return properties;
}

/** The value of a class's property as its column would store it (R14). Throws ModelFailure. */
function storedValue(field: Field, raw: unknown): Canonical {
  const { type } = field.column;
  if (raw === null || raw === undefined) return null;
  const plain = raw instanceof Date || Buffer.isBuffer(raw) ? readValue(type, raw) : raw;
  const parsed = parseValue(type, plain, { text: false });
  if ('value' in parsed) return parsed.value;
  throw new ModelFailure(
    'INVALID_VALUE',
    `Field "${field.name}": the model sets a value that ${parsed.reason}.`,
    field.name,
  );
}

function valuesOf(
  model: Model,
  instance: ObjectionModel,
  valueOf: (field: Field, raw: unknown) => Canonical,
  parse: (raw: string) => unknown = JSON.parse,
): Record<string, Canonical> {
  const json = inModel(() => instance.$toDatabaseJson() as Record<string, unknown>);
  const values = columnValues<Canonical>();
  for (const [name, raw] of Object.entries(json)) {
    const field = model.fieldsByName.get(name);
    if (!field || raw === undefined) continue;
    // Objection serializes its JSON attributes. Any other text is a value itself.
    const isText = typeof raw === 'string' && field.column.type.kind === 'json' && isJsonAttribute(model, field);
    values[field.column.name] = valueOf(field, exactValue(instance, field, isText ? parse(raw) : raw));
  }
  return values;
}

/** The values of an instance that was read, as canonical values by column name. */
export const columnValuesOf = (model: Model, instance: ObjectionModel): Record<string, Canonical> =>
  // JSON that the class does not parse is still the database's text.
  valuesOf(
    model,
    instance,
    (field, raw) => readValue(field.column.type, raw),
    (raw) => raw,
  );

/**
 * The values that an instance would write, as canonical values by column name. Throws ModelFailure if a column cannot
 * store its value.
 */
export const writtenValuesOf = (model: Model, instance: ObjectionModel): Record<string, Canonical> =>
  valuesOf(model, instance, storedValue);

/** A new, validated instance with a row's values, after its setters were called. Throws ModelFailure. */
export function createInstance(model: Model, given: ColumnValues, setters: readonly SetterCall[]): ObjectionModel {
  const properties = propertiesOf(model, given);
  for (const { name, value } of setters) properties[name] = value;
  const instance = inModel(() => model.objection.fromJson({ ...properties }), setters[0]?.name ?? null);
  return madeOf(model, instance, given);
}

/** Validates a row's values as a patch. Throws ModelFailure. */
export function validatePatch(model: Model, given: ColumnValues): void {
  inModel(() => model.objection.fromJson({ ...propertiesOf(model, given) }, { patch: true }));
}

/** A row's values as the class would store them. Throws ModelFailure. */
export function formatValues(model: Model, given: ColumnValues): Record<string, Canonical> {
  const json = { ...propertiesOf(model, given) };
  const instance = inModel(() => model.objection.fromJson(json, { patch: true, skipValidation: true }));
  return writtenValuesOf(model, madeOf(model, instance, given));
}

/** An instance with stored values, as the class would read it. */
export function storedInstance(model: Model, values: ColumnValues): ObjectionModel {
  const row: Pojo = {};
  for (const field of model.fields) {
    const value = values[field.column.name];
    if (value === undefined) continue;
    const isText = field.column.type.kind === 'json' && value !== null && isJsonAttribute(model, field);
    row[field.column.name] = isText ? jsonText(value) : propertyValue(model, field, value);
  }
  return madeOf(
    model,
    inModel(() => model.objection.fromDatabaseJson(row)),
    values,
  );
}

/** The values that setters change in an object. Throws ModelFailure. */
export function applySetters(
  model: Model,
  values: ColumnValues,
  setters: readonly SetterCall[],
): { field: Field; value: Canonical }[] {
  const instance = storedInstance(model, values);
  for (const { name, value } of setters)
    inModel(() => void ((instance as unknown as Record<string, unknown>)[name] = value), name);
  const after = writtenValuesOf(model, instance);
  return model.fields.flatMap((field) => {
    const value = after[field.column.name];
    return value === undefined || sameValue(value, values[field.column.name] ?? null) ? [] : [{ field, value }];
  });
}
