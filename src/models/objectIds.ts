/** Ids of objects, as mappings and clients have them: the key's text, of a composite key a JSON array. */
import type { Model } from './model';
import { type Canonical, parseValue, type Spellings } from './values';

export function objectIdOf(key: readonly Canonical[]): string {
  return key.length === 1 ? String(key[0]) : JSON.stringify(key);
}

/** The key's parts as text, unparsed; null where the text is no id of this model. */
function partsOf(model: Model, objectId: string): readonly unknown[] | null {
  if (model.idFields.length === 1) return [objectId];
  try {
    const parts: unknown = JSON.parse(objectId);
    return Array.isArray(parts) && parts.length === model.idFields.length ? parts : null;
  } catch {
    return null;
  }
}

/** The key that an object id stands for; null where it can be none of this model's. */
export function parseObjectId(model: Model, id: string, spellings?: Spellings): Canonical[] | null {
  const parts = partsOf(model, id);
  if (!parts) return null;
  const key: Canonical[] = [];
  for (const [index, field] of model.idFields.entries()) {
    const parsed = parseValue(field.column.type, parts[index], { text: false, spellings });
    if (!('value' in parsed) || parsed.value === null) return null;
    key.push(parsed.value);
  }
  // Spelt otherwise, such as '007', it is another id.
  return objectIdOf(key) === id ? key : null;
}
