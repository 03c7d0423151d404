/** What a row says of a field. */
import { type Field, type Model, type Parsed, type ParseOptions, parseValue, takesEmptyText } from '../../models';

/** R14: `''` is NULL on a nullable column and stays `''` on a text column that is not. */
export function readField(model: Model, field: Field, raw: unknown, options: ParseOptions): Parsed | 'missing' {
  if (raw === undefined) return 'missing';
  const { type, nullable } = field.column;
  if (raw === null || raw === '') {
    // An empty key is one that the database or the model is to make.
    if (model.idFields.includes(field)) return 'missing';
    if (raw === null || nullable) return { value: null };
    if (takesEmptyText(type)) return { value: '' };
  }
  return parseValue(type, raw, options);
}
