/** Values of fields in rows. */
import { type Field, type Model, type Parsed, type ParseOptions, parseValue, takesEmptyText } from '../../models';

/** R14: `''` is NULL in a nullable column, and stays `''` in a text column that is not nullable. */
export function readField(model: Model, field: Field, raw: unknown, options: ParseOptions): Parsed | 'missing' {
  if (raw === undefined) return 'missing';
  const { type, nullable } = field.column;
  if (raw === null || raw === '') {
    // The database or the model supplies an empty key.
    if (model.idFields.includes(field)) return 'missing';
    if (raw === null || nullable) return { value: null };
    if (takesEmptyText(type)) return { value: '' };
  }
  return parseValue(type, raw, options);
}
