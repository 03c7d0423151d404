/** What can be written at a place of an operation or of its variables: models, fields, relations and systems of the database. */
import type { CursorPlace } from './cursor';

export interface CatalogModel {
  readonly name: string;
  readonly fields: readonly { readonly name: string; readonly type: string; readonly writable: boolean }[];
  /** `reason` says why rows cannot set the relation; null if they can. */
  readonly relations: readonly { readonly name: string; readonly model: string; readonly reason: string | null }[];
  readonly setters: readonly string[];
}

export interface Catalog {
  readonly models: readonly CatalogModel[];
  readonly systems: readonly string[];
}

export interface Proposal {
  readonly text: string;
  readonly kind: 'model' | 'field' | 'relation' | 'system' | 'flags';
  /** Beside the name in the list. */
  readonly detail: string;
}

/** What separates the steps of a reference's path. */
const STEP = '=>';
/** Keys whose objects hold values by field. */
const VALUES = ['values', 'where'];

const FLAGS: Readonly<Record<string, string>> = {
  c: 'create',
  u: 'fill empty fields',
  'u*': 'overwrite fields',
  cu: 'create, or fill empty fields',
  'cu*': 'create, or overwrite fields',
  d: 'delete if no other system knows the object',
  'd*': 'delete',
};

/** Columns of a file that are about the rows themselves. */
const ROW_COLUMNS = ['action_flags', 'match_on', 'external_key'];

/** Models are found in any case. */
const find = ({ models }: Catalog, name: string | null): CatalogModel | undefined =>
  models.find((model) => model.name === name) ??
  models.find((model) => model.name.toLowerCase() === name?.toLowerCase());

/** The model at the end of a path of relations. */
const follow = (catalog: Catalog, start: CatalogModel | undefined, path: readonly string[]): CatalogModel | undefined =>
  path.reduce<CatalogModel | undefined>(
    (model, step) => find(catalog, model?.relations.find(({ name }) => name === step)?.model ?? null),
    start,
  );

/** The names of a model that continue what is typed, which may be a path such as `owner=>last`. */
function namesOf(catalog: Catalog, start: CatalogModel | undefined, typed: string, isForValues: boolean): Proposal[] {
  const steps = typed.split(STEP).slice(0, -1);
  const model = follow(catalog, start, steps);
  if (!model) return [];
  const prefix = steps.map((step) => `${step}${STEP}`).join('');
  const { fields, relations, setters } = model;
  return [
    ...fields
      .filter(({ writable }) => writable || !isForValues)
      .map(({ name, type }): Proposal => ({ text: prefix + name, kind: 'field', detail: type })),
    ...relations
      .filter(({ reason }) => reason === null)
      .map(({ name, model: target }): Proposal => ({ text: prefix + name, kind: 'relation', detail: `→ ${target}` })),
    ...(isForValues && steps.length === 0
      ? setters.map((name): Proposal => ({ text: name, kind: 'field', detail: 'setter' }))
      : []),
  ];
}

const modelNames = ({ models }: Catalog): Proposal[] =>
  models.map(({ name, fields }) => ({ text: name, kind: 'model', detail: `${fields.length} fields` }));

const systemNames = ({ systems }: Catalog): Proposal[] =>
  systems.map((name) => ({ text: name, kind: 'system', detail: 'external system' }));

/** Names to match on, or of columns: relations are followed to a field of their model. */
function referenceNames(catalog: Catalog, place: CursorPlace): Proposal[] {
  const model = find(catalog, place.scalar('model', place.path.length));
  // An element of matchOn may hold several names, separated by blanks.
  const typed = place.typed.split(' ').at(-1) ?? '';
  const own = namesOf(catalog, model, typed, false);
  const steps = own.filter(({ kind }) => kind === 'relation').map(({ text }) => text + STEP);
  return [
    ...own.filter(({ kind }) => kind === 'field'),
    ...steps.flatMap((step) => namesOf(catalog, model, step, false).filter(({ kind }) => kind === 'field')),
  ];
}

/** What fits at a place, best first; empty where the database has nothing to say. */
export function proposalsAt(catalog: Catalog, place: CursorPlace): readonly Proposal[] {
  const { path, expects, typed } = place;
  const depth = path.findIndex((key) => VALUES.includes(key));
  if (depth >= 0) {
    if (expects === 'value' && path.length > depth + 1) return [];
    const model = follow(catalog, find(catalog, place.scalar('model', depth)), path.slice(depth + 1));
    // `where` compares fields, and no references.
    if (path[depth] === 'where') return namesOf(catalog, model, '', false).filter(({ kind }) => kind === 'field');
    return namesOf(catalog, model, typed, true);
  }
  if (expects === 'key') return [];
  const [parent, key] = [path.at(-2), path.at(-1)];
  switch (key) {
    case 'model':
      return modelNames(catalog);
    case 'system':
      return systemNames(catalog);
    case 'matchOn':
      return referenceNames(catalog, place);
    case 'actionFlags':
      return Object.entries(FLAGS).map(([text, detail]) => ({ text, kind: 'flags', detail }));
    case 'name':
      if (parent === 'model') return modelNames(catalog);
      if (parent === 'externalSystem') return systemNames(catalog);
      if (parent === 'columns')
        return [
          ...referenceNames(catalog, place),
          ...ROW_COLUMNS.map((text): Proposal => ({ text, kind: 'field', detail: 'about the row' })),
        ];
      return [];
    default:
      return [];
  }
}
