/** The other side of a foreign key: a row points other objects to its own (R25). */
import type { Tuple } from '../load/workingObject';
import { planPointing, pointingIndex } from '../plan/references';
import { spreadElements } from '../read/inlineRelations';
import type { RelationBehaviour } from './behaviour';
import { linksOfColumns, linksOfObjects } from './readLinks';

export const hasMany: RelationBehaviour = {
  readInline(relation, _, value, said, reader, problems) {
    const elements = value === null ? null : spreadElements(relation, value, null, problems);
    const links = elements && linksOfObjects(relation, { sign: null, elements }, reader, problems);
    if (links) said.links.push(links);
  },

  readReference: () => null,
  readLinks: (relation, paths, reader, problems) => linksOfColumns(relation, paths, null, reader, problems),

  async load(relation, rows, loader) {
    const { ownFields, relatedFields, related } = relation;
    const tuples: Tuple[] = [];
    for (const object of loader.candidates(rows)) {
      const tuple = object.tuple(ownFields);
      if (tuple) tuples.push(tuple);
    }
    // What others are to point to may be filled in by the row itself.
    for (const { assignments } of rows) {
      const given = ownFields.map((own) => assignments.find(({ field }) => field === own)?.value ?? null);
      if (!given.includes(null)) tuples.push(given);
    }
    await loader.lookups.index(pointingIndex(relation), related, relatedFields, tuples);
  },

  plan: (relation, assignments, owner, workingSet, problems) =>
    planPointing(relation, [...new Set(assignments.flatMap(({ targets }) => targets))], owner, workingSet, problems),
};
