/** What an Objection class does to values on their way: setters, jsonSchema, own parsing and formatting (R15, R17). */
import type { Model as ObjectionModel, Pojo } from 'objection';
import type { Field, Model } from './model';
import { type Canonical, readValue, sameValue } from './values';

/** Values by column name. */
export type ColumnValues = Readonly<Record<string, Canonical | undefined>>;

export interface SetterCall {
  readonly name: string;
  readonly value: unknown;
}

/** A model's jsonSchema or `$validate` refused the values. */
export class ValidationFailure extends Error {
  constructor(
    message: string,
    readonly field: string | null,
  ) {
    super(message);
  }
}

/** Names of fields that the class's jsonSchema wants to be numbers: exact ones are text between client and engine. */
const numbersBySchema = new WeakMap<Model, ReadonlySet<string>>();

function schemaNumbers(model: Model): ReadonlySet<string> {
  const known = numbersBySchema.get(model);
  if (known) return known;
  const properties = (model.objection.jsonSchema as { properties?: Record<string, unknown> } | null)?.properties ?? {};
  const names = Object.entries(properties).flatMap(([name, schema]) => {
    const types: unknown[] = [(schema as { type?: unknown } | null)?.type ?? []].flat();
    return !types.includes('string') && types.some((type) => type === 'number' || type === 'integer') ? [name] : [];
  });
  const found = new Set(names);
  numbersBySchema.set(model, found);
  return found;
}

/** Bytes are base64 between client and engine, and a Buffer in a model; exact numbers are text unless the schema wants numbers. */
function propertyValue(model: Model, field: Field, value: Canonical): unknown {
  if (typeof value !== 'string') return value;
  const { kind } = field.column.type;
  if (kind === 'binary') return Buffer.from(value, 'base64');
  return (kind === 'decimal' || kind === 'integer') && schemaNumbers(model).has(field.name) ? Number(value) : value;
}

/** What instances were made of. */
const givenValues = new WeakMap<ObjectionModel, ColumnValues>();

function madeOf<T extends ObjectionModel>(model: Model, instance: T, values: ColumnValues): T {
  if (schemaNumbers(model).size > 0) givenValues.set(instance, values);
  return instance;
}

/** What a property holds, as a canonical value: the exact one that it was made of, unless something else has been set. */
function canonicalOf(instance: ObjectionModel, field: Field, raw: unknown): Canonical {
  const given = givenValues.get(instance)?.[field.column.name];
  if (typeof given === 'string' && typeof raw === 'number' && raw === Number(given)) return given;
  return readValue(field.column.type, raw);
}

function propertiesOf(model: Model, values: ColumnValues): Pojo {
  const properties: Pojo = {};
  for (const field of model.fields) {
    const value = values[field.column.name];
    if (value !== undefined) properties[field.name] = propertyValue(model, field, value);
  }
  return properties;
}

/** What an instance would write, as canonical values by column name. */
export function columnValuesOf(model: Model, instance: ObjectionModel): Record<string, Canonical> {
  const json = instance.$toDatabaseJson() as Record<string, unknown>;
  const values: Record<string, Canonical> = {};
  for (const [name, raw] of Object.entries(json)) {
    const field = model.fieldsByName.get(name);
    if (field && raw !== undefined) values[field.column.name] = canonicalOf(instance, field, raw);
  }
  return values;
}

/** Objection's ValidationError, of whichever copy of Objection the model extends. */
function asValidationFailure(error: unknown): ValidationFailure | null {
  const { statusCode, data, message } = error as { statusCode?: number; data?: unknown; message?: string };
  if (statusCode !== 400 && (error as Error).name !== 'ValidationError') return null;
  const field = data !== null && typeof data === 'object' ? (Object.keys(data)[0] ?? null) : null;
  return new ValidationFailure(message ?? 'validation failed', field);
}

function validated<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw asValidationFailure(error) ?? error;
  }
}

/** A new instance of the values, setters called and validated; throws ValidationFailure. */
export function createInstance(model: Model, values: ColumnValues, setters: readonly SetterCall[]): ObjectionModel {
  const properties = propertiesOf(model, values);
  for (const { name, value } of setters) properties[name] = value;
  const instance = validated(() => model.objection.fromJson(properties));
  return madeOf(model, instance, values);
}

/** An instance of changed values alone, validated as a patch; throws ValidationFailure. */
export function patchInstance(model: Model, changes: ColumnValues): ObjectionModel {
  const instance = validated(() => model.objection.fromJson(propertiesOf(model, changes), { patch: true }));
  return madeOf(model, instance, changes);
}

/** The object as it is stored, as a model instance. */
export function storedInstance(model: Model, values: ColumnValues): ObjectionModel {
  const instance = new (model.objection as unknown as new () => ObjectionModel)();
  return madeOf(model, Object.assign(instance, propertiesOf(model, values)), values);
}

/** What setters change of an object that has the values. */
export function applySetters(
  model: Model,
  values: ColumnValues,
  setters: readonly SetterCall[],
): { field: Field; value: Canonical }[] {
  const instance = storedInstance(model, values) as ObjectionModel & Record<string, unknown>;
  for (const { name, value } of setters) validated(() => void (instance[name] = value as never));
  const changes: { field: Field; value: Canonical }[] = [];
  for (const field of model.fields) {
    const raw = (instance as Record<string, unknown>)[field.name];
    if (raw === undefined) continue;
    const value = canonicalOf(instance, field, raw);
    if (!sameValue(value, values[field.column.name] ?? null)) changes.push({ field, value });
  }
  return changes;
}
