/** Compares the models before and after a reload. */
import type { Model } from './types/models';

const described = (model: Model): string => JSON.stringify({ ...model, info: null });

/** The names of added, removed and changed models. */
export function modelChanges(
  before: readonly Model[],
  after: readonly Model[],
): { added: string[]; removed: string[]; changed: string[] } {
  const old = new Map(before.map((model) => [model.name, model]));
  const now = new Set(after.map(({ name }) => name));
  return {
    added: after.flatMap(({ name }) => (old.has(name) ? [] : [name])),
    removed: before.flatMap(({ name }) => (now.has(name) ? [] : [name])),
    changed: after.flatMap((model) => {
      const known = old.get(model.name);
      return known && described(known) !== described(model) ? [model.name] : [];
    }),
  };
}
