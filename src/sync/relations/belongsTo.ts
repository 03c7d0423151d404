/** A foreign key in the model's own table: a row refers to one object by it (R20). */
import { shown } from '../../shown';
import { NOTHING } from '../plan/references';
import { problem } from '../../problems';
import { spreadObject } from '../read/inlineRelations';
import type { PathValue } from '../read/selectors';
import type { RelationBehaviour } from './behaviour';

const isList = ({ value }: PathValue): boolean => Array.isArray(value);
const isNull = ({ value }: PathValue): boolean => value === null;

export const belongsTo: RelationBehaviour = {
  readInline(relation, name, value, said, reader, problems) {
    if (value === null) {
      said.clear(relation);
      return;
    }
    if (typeof value !== 'object' || Array.isArray(value)) {
      problems.push(
        problem(
          'INVALID_VALUE',
          `Relation "${name}": ${shown(value)} is not an object with fields of ${relation.related.name}.`,
          name,
        ),
      );
      return;
    }
    for (const path of reader.pathsOf(spreadObject([relation.name], value as Record<string, unknown>)))
      said.addPath(path);
  },

  readReference(relation, paths, reader, problems) {
    const list = paths.find(isList);
    if (list) {
      problems.push(
        problem(
          'INVALID_VALUE',
          `Column "${list.name}" takes one ${relation.related.name}, not a list: ${shown(list.value)}.`,
          list.name,
        ),
      );
      return null;
    }
    const selector = reader.selector(relation, paths, problems);
    return selector || paths.some(isNull) ? { relation, selector } : null;
  },

  readLinks: () => null,
  load: () => Promise.resolve(),
  plan: () => NOTHING,
  planItself: null,
};
