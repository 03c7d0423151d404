/** What the engine does for a relation, by its kind. */
import type { Relation, RelationKind } from '../../models';
import type { RelationBehaviour } from './behaviour';
import { belongsTo } from './belongsTo';
import { hasMany } from './hasMany';
import { manyToMany } from './manyToMany';

const BEHAVIOURS: Readonly<Record<RelationKind['keyPlace'], RelationBehaviour>> = {
  OWN_TABLE: belongsTo,
  RELATED_TABLE: hasMany,
  JOIN_TABLE: manyToMany,
};

export const behaviourOf = ({ kind }: Relation): RelationBehaviour => BEHAVIOURS[kind.keyPlace];
