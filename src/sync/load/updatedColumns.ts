/** The columns that an update changes. */
import { type Canonical, columnValues, type Model } from '../../models';
import { type Operation, pointedColumns } from '../plan/operations';

/** The values of the columns that an update changes. A value is undefined if it is known only after writing. */
export function columnsAfter({ object, values, pointsTo }: Extract<Operation, { kind: 'update' }>): Values {
  const unknown = computedOnUpdate(object.model);
  const pointed = pointsTo ? pointedColumns(pointsTo.relation) : NO_COLUMNS;
  if (unknown.length + pointed.length === 0) return values;
  const after = columnValues<Canonical | undefined>(values);
  for (const name of [...unknown, ...pointed]) if (!(name in values)) after[name] = undefined;
  return after;
}

type Values = Readonly<Record<string, Canonical | undefined>>;

const NO_COLUMNS: readonly string[] = [];
const COMPUTED = new WeakMap<Model, readonly string[]>();

/** Columns that the database changes by itself on an update. Their values are unknown until they are read again. */
function computedOnUpdate(model: Model): readonly string[] {
  const known = COMPUTED.get(model);
  if (known) return known;
  const computed = model.fields.filter(({ column }) => column.generated || column.changesOnUpdate);
  const names = computed.map(({ column }) => column.name);
  COMPUTED.set(model, names);
  return names;
}
