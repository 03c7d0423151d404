/** The relations of a row, before the kind of each relation interprets them. */
import type { Relation } from '../../models';
import type { LinkAssignment } from './instruction';
import type { PathValue } from './selectors';

interface RelationPaths {
  readonly relation: Relation;
  readonly paths: PathValue[];
}

/** Lists are faster than maps here, because a row has few relations. */
export class RowRelations {
  /** Reference columns by relation. */
  readonly groups: RelationPaths[] = [];
  /** References that are null under their bare names. */
  readonly cleared: Relation[] = [];
  /** Links given under the bare names of relations. */
  readonly links: LinkAssignment[] = [];

  addPath(path: PathValue): void {
    const { relation } = path.column;
    const group = this.groups.find((other) => other.relation === relation);
    if (group) group.paths.push(path);
    else this.groups.push({ relation, paths: [path] });
  }

  clear(relation: Relation): void {
    if (!this.cleared.includes(relation)) this.cleared.push(relation);
  }
}
