/** Relations between models: which kinds there are, and where each of them has its foreign key. */
import type { ColumnInfo, TableInfo } from '../database';
import type { Field, Model } from './model';

/** A relation joins objects whose `ownFields` equal the other's `relatedFields`, or does so through a join table. */
export interface Relation {
  readonly name: string;
  readonly kind: RelationKind;
  readonly model: Model;
  readonly related: Model;
  readonly ownFields: readonly Field[];
  readonly relatedFields: readonly Field[];
  readonly join: JoinTable | null;
  /** Why rows cannot set it, as a sentence; null if they can. References may be read through it all the same. */
  readonly obstacle: string | null;
}

/** Columns of a join table, in the order of the fields that they equal. */
export interface JoinTable {
  readonly table: string;
  readonly ownColumns: readonly ColumnInfo[];
  readonly relatedColumns: readonly ColumnInfo[];
  /** As of a table that has a model. */
  readonly indexedFirst: TableInfo['indexedFirst'];
}

/** What clients are told of a kind, by its name. */
export const RELATION_KINDS = {
  BELONGS_TO: 'The foreign key is in the model’s table.',
  HAS_ONE: 'The foreign key is in the related table, and at most one object points here.',
  HAS_MANY: 'The foreign key is in the related table.',
  MANY_TO_MANY: 'A join table links the two models.',
} as const;

/** Rows of a table that are looked up by columns. */
export interface Lookup {
  readonly table: string;
  readonly columns: readonly ColumnInfo[];
  readonly indexedFirst: TableInfo['indexedFirst'];
}

/** Columns that point to objects of a model by a relation. The database need not know them as a foreign key. */
export interface RelationKey {
  readonly table: string;
  readonly columns: readonly ColumnInfo[];
  readonly target: Model;
  /** The fields whose values the columns hold, in their order. */
  readonly targetFields: readonly Field[];
}

/** What is the same for all relations of a kind, and what else of the code asks of one. */
export interface RelationKind {
  readonly name: keyof typeof RELATION_KINDS;
  /** The class of Objection's `Model` that makes it. */
  readonly objectionClass: string;
  /** Where the foreign key is, by which the engine finds what it does for the relation (src/sync/relations). */
  readonly keyPlace: 'OWN_TABLE' | 'RELATED_TABLE' | 'JOIN_TABLE';
  /** The foreign key is the model's own, so that a row refers to one object by it (R20). */
  readonly isReference: boolean;
  /** An object may have several others by it. */
  readonly isMany: boolean;
  /** Paths of references may pass through it (R22), and rows may match on it (R4). */
  readonly allowsPaths: boolean;
  /** Columns say with an operator (`+`, `-`, `=`) what becomes of its links (R24). */
  readonly takesOperators: boolean;
  /** Fields of either model that hold its foreign key; none if a join table does. */
  keyFields(relation: Relation): readonly Field[];
  /** The fields whose values the key holds, in its order. */
  targetFields(relation: Relation): readonly Field[];
  /** Its foreign key, or both keys of its join table. A merge of objects changes what they point to (R10). */
  foreignKeys(relation: Relation): readonly RelationKey[];
  /** Tables that syncs read to set or to follow it, beside the model's own. A delete that changes one of them ends its chunk (R34). */
  loadedTables(relation: Relation): readonly string[];
  /** The table that rows write to when they set it; null if that is the model's own. */
  writtenTable(related: Model, joinTable: TableInfo | null): TableInfo | null;
  /** By what syncs look for the objects on its other side. */
  lookup(relation: Relation): Lookup;
}

const NO_FIELDS: readonly Field[] = [];

const columnsOf = (fields: readonly Field[]): readonly ColumnInfo[] => fields.map(({ column }) => column);

const loadsRelated = ({ related }: Relation): readonly string[] => [related.table.name];

function lookupOfRelated({ related: { table }, relatedFields }: Relation): Lookup {
  return { table: table.name, columns: columnsOf(relatedFields), indexedFirst: table.indexedFirst };
}

export const BELONGS_TO: RelationKind = {
  name: 'BELONGS_TO',
  objectionClass: 'BelongsToOneRelation',
  keyPlace: 'OWN_TABLE',
  isReference: true,
  isMany: false,
  allowsPaths: true,
  takesOperators: false,
  keyFields: ({ ownFields }) => ownFields,
  targetFields: ({ relatedFields }) => relatedFields,
  foreignKeys: ({ model, related, ownFields, relatedFields }) => [
    { table: model.table.name, columns: columnsOf(ownFields), target: related, targetFields: relatedFields },
  ],
  loadedTables: loadsRelated,
  writtenTable: () => null,
  lookup: lookupOfRelated,
};

/** The other side of a foreign key. */
export const HAS_MANY: RelationKind = {
  name: 'HAS_MANY',
  objectionClass: 'HasManyRelation',
  keyPlace: 'RELATED_TABLE',
  isReference: false,
  isMany: true,
  allowsPaths: true,
  takesOperators: false,
  keyFields: ({ relatedFields }) => relatedFields,
  targetFields: ({ ownFields }) => ownFields,
  foreignKeys: ({ model, related, ownFields, relatedFields }) => [
    { table: related.table.name, columns: columnsOf(relatedFields), target: model, targetFields: ownFields },
  ],
  loadedTables: loadsRelated,
  writtenTable: ({ table }) => table,
  lookup: lookupOfRelated,
};

export const HAS_ONE: RelationKind = { ...HAS_MANY, name: 'HAS_ONE', objectionClass: 'HasOneRelation', isMany: false };

/** The join table of a relation that has one; throws TypeError. */
export function joinOf({ name, model, join }: Relation): JoinTable {
  if (!join) throw new TypeError(`relation ${model.name}.${name} has no join table`);
  return join;
}

export const MANY_TO_MANY: RelationKind = {
  name: 'MANY_TO_MANY',
  objectionClass: 'ManyToManyRelation',
  keyPlace: 'JOIN_TABLE',
  isReference: false,
  isMany: true,
  allowsPaths: false,
  takesOperators: true,
  keyFields: () => NO_FIELDS,
  targetFields: () => NO_FIELDS,
  foreignKeys: (relation) => {
    const { model, related, ownFields, relatedFields } = relation;
    const { table, ownColumns, relatedColumns } = joinOf(relation);
    return [
      { table, columns: ownColumns, target: model, targetFields: ownFields },
      { table, columns: relatedColumns, target: related, targetFields: relatedFields },
    ];
  },
  loadedTables: (relation) => [relation.related.table.name, joinOf(relation).table],
  writtenTable: (_, joinTable) => joinTable,
  lookup: (relation) => {
    const { table, ownColumns, indexedFirst } = joinOf(relation);
    return { table, columns: ownColumns, indexedFirst };
  },
};

/** A link replaces the one before it. */
export const HAS_ONE_THROUGH: RelationKind = {
  ...MANY_TO_MANY,
  name: 'HAS_ONE',
  objectionClass: 'HasOneThroughRelation',
  isMany: false,
};

/** The kind that a class of Objection makes; undefined for another class. */
export const kindOfClass = (name: string): RelationKind | undefined =>
  [BELONGS_TO, HAS_MANY, HAS_ONE, MANY_TO_MANY, HAS_ONE_THROUGH].find(({ objectionClass }) => objectionClass === name);

/** Why rows cannot set a relation: they would write into a table that runs cannot write to (R43). */
export function relationObstacle(kind: RelationKind, related: Model, joinTable: TableInfo | null): string | null {
  const written = kind.writtenTable(related, joinTable);
  return written?.obstacle ? `The relation writes to table "${written.name}". ${written.obstacle}` : null;
}

const referencesByModel = new WeakMap<Model, readonly Relation[]>();

/** The relations whose foreign keys are a model's own. */
export function referencesOf(model: Model): readonly Relation[] {
  let references = referencesByModel.get(model);
  if (!references) {
    references = [...model.relations.values()].filter(({ kind }) => kind.isReference);
    referencesByModel.set(model, references);
  }
  return references;
}
