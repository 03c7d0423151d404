/** The id of an object, as in mappings and in the API: the key's text, or a JSON array if the key is composite. */
import type { Model } from './model';
import { type Canonical, parseValue, type Spellings } from './values';

export function objectIdOf(key: readonly Canonical[]): string {
  return key.length === 1 ? String(key[0]) : JSON.stringify(key);
}

/** The key's parts as text, unparsed; null if the text is not an id of this model. */
function partsOf(model: Model, objectId: string): readonly unknown[] | null {
  if (model.idFields.length === 1) return [objectId];
  try {
    const parts: unknown = JSON.parse(objectId);
    return Array.isArray(parts) && parts.length === model.idFields.length ? parts : null;
  } catch {
    return null;
  }
}

/** The key of an object id; null if the id is not valid for this model. */
export function parseObjectId(model: Model, id: string, spellings?: Spellings): Canonical[] | null {
  const parts = partsOf(model, id);
  if (!parts) return null;
  const key: Canonical[] = [];
  for (const [index, field] of model.idFields.entries()) {
    const parsed = parseValue(field.column.type, parts[index], { text: false, spellings });
    if (!('value' in parsed) || parsed.value === null) return null;
    key.push(parsed.value);
  }
  // Another spelling, such as '007', is another id.
  return objectIdOf(key) === id ? key : null;
}
