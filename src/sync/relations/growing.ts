/** A join table that only grows: a row adds links of its object, and removes none. */
import { type Problem, problem } from '../../problems';
import { spreadElements } from '../read/inlineRelations';
import type { LinkAssignment } from '../read/instruction';
import type { RelationBehaviour } from './behaviour';
import { manyToMany } from './manyToMany';
import { linksOfColumns, linksOfObjects } from './readLinks';

function onlyAdded(links: LinkAssignment | null, problems: Problem[]): LinkAssignment | null {
  if (!links || links.sign === '+') return links;
  const { name } = links.relation;
  const message = `Relation "${name}" only takes new links: "${links.sign}" is not possible. Use "+", or no operator.`;
  problems.push(problem('INVALID_VALUE', message, name));
  return null;
}

export const growing: RelationBehaviour = {
  ...manyToMany,

  readInline(relation, _, value, said, reader, problems) {
    const elements = value === null ? null : spreadElements(relation, value, '+', problems);
    const links = elements && linksOfObjects(relation, { sign: '+', elements }, reader, problems);
    if (links) said.links.push(links);
  },

  readLinks: (relation, paths, reader, problems) =>
    onlyAdded(linksOfColumns(relation, paths, '+', reader, problems), problems),
};
