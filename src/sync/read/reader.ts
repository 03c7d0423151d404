/** Rows -> instructions for one model: everything that can be said of a row without a look at the database. */
import { BOUNDS } from '../../bounds';
import {
  type Canonical,
  columnValues,
  type Field,
  formatValues,
  longerThan,
  type Model,
  ModelFailure,
  type ParseOptions,
  type Relation,
  type Spellings,
  unstorable,
  whyNotWritable,
} from '../../models';
import { listed } from '../../wording';
import { type Problem, problem, shown, toldProblems } from '../problems';
import type { Row } from '../row';
import { type Column, type IgnoredColumn, ignoredProblem, readColumn, type Sign } from './columns';
import { type ColumnSet, type PlacedField, repeatedProblems, sameNames, sortColumns } from './columnSet';
import { readField } from './fieldValues';
import { type Actions, NO_ACTIONS, readFlags } from './flags';
import { isObject, spreadLinks, spreadObject, type SpreadValue, tooManyTargets } from './inlineRelations';
import type { Assignment, Instruction, LinkAssignment, ReferenceAssignment, Selector } from './instruction';
import { type CompiledMatch, compileMatch, type MatchValues, readMatch } from './match';
import { nestingProblem } from './nesting';
import { PlainShape } from './plainInstruction';
import { remembering } from './remembering';
import { LONGEST_KEY, type PathColumn, type PathValue, readSelector } from './selectors';

interface RelationPaths {
  readonly relation: Relation;
  readonly paths: PathValue[];
}

/** A row's reference columns, and what it says of relations by their bare names. Few: lists are quicker than maps. */
interface Relations {
  /** Reference columns by relation. */
  readonly groups: RelationPaths[];
  /** Relations to one that are given as null. */
  readonly cleared: Relation[];
  readonly links: LinkAssignment[];
}

/** A field's value, which the model may yet format. */
type GivenField = { -readonly [K in keyof Assignment]: Assignment[K] };
type FieldValue = GivenField | 'missing' | 'invalid';

const NO_FLAGS =
  'No action flags, so nothing was done. Set actionFlags, or defaults.actionFlags (CLI: --flags), such as "cu".';

const NO_MATCH = 'The row has neither match_on nor an external key. Set one of them.';

const noRelations = (): Relations => ({ groups: [], cleared: [], links: [] });
/** Of the many rows that speak of none. */
const NO_RELATIONS = noRelations();

const bare = (row: Row, problems: readonly Problem[], actions: Actions = NO_ACTIONS): Instruction => ({
  row, actions, problems, key: null, match: null, assignments: [], setters: [], references: [], links: [],
}); // prettier-ignore

const NO_REFERENCES: readonly ReferenceAssignment[] = [];
const NO_LINKS: readonly LinkAssignment[] = [];
const NO_SETTERS: Instruction['setters'] = [];

/** Whether a row gives an object where a field and a relation have the same name: then the relation is meant. */
const isInline = ({ relation, place }: PlacedField, values: readonly unknown[]): boolean =>
  relation !== null && isObject(values[place]);

/** What a row says, each value understood once and when it is asked for. */
class SaidValues implements MatchValues {
  private readonly parsed: (FieldValue | undefined)[];

  constructor(
    private readonly model: Model,
    readonly options: ParseOptions,
    private readonly columns: ColumnSet,
    private readonly values: readonly unknown[],
    private readonly relations: Relations,
    readonly problems: Problem[],
  ) {
    this.parsed = new Array<FieldValue | undefined>(values.length);
  }

  at(field: Field, column: PlacedField): FieldValue {
    return (this.parsed[column.place] ??= isInline(column, this.values) ? 'missing' : this.read(field, column));
  }

  /** Of all fields that can be understood. */
  all(): GivenField[] {
    return Array.from(this.columns.fields, ([field, column]) => this.at(field, column)).filter(
      (found) => typeof found !== 'string',
    );
  }

  field(field: Field): { readonly value: Canonical } | 'missing' | 'invalid' {
    const column = this.columns.fields.get(field);
    if (!column || this.values[column.place] === undefined || isInline(column, this.values)) return 'missing';
    const found = this.at(field, column);
    // An empty key, which the database or the model is to make, finds nothing.
    return found === 'missing' ? EMPTY_KEY : found;
  }

  path({ name, column }: { readonly name: string; readonly column: PathColumn }): PathValue | undefined {
    const { groups, cleared } = this.relations;
    const paths = groups.find(({ relation }) => relation === column.relation)?.paths;
    return (
      paths?.findLast((path) => path.column.spelling === column.spelling) ??
      (cleared.includes(column.relation) ? { name, column, value: null } : undefined)
    );
  }

  private read(field: Field, { name, place }: PlacedField): FieldValue {
    const raw = this.values[place];
    const found = readField(this.model, field, raw, this.options);
    if (found === 'missing') return found;
    if ('value' in found) return { field, value: found.value, given: found.value };
    this.problems.push(problem('INVALID_VALUE', `Field "${name}": ${shown(raw)} ${found.reason}.`, name));
    return 'invalid';
  }
}

const EMPTY_KEY = { value: null };

/** A field that cannot be written may be matched on: then the row does not ask to write it. */
const withoutMatched = (written: ColumnSet['written'], { targets }: CompiledMatch): ColumnSet['written'] =>
  written.filter(
    ({ field }) =>
      whyNotWritable(field) === null || !targets.some((target) => target.kind === 'field' && target.field === field),
  );

const settersOf = ({ setters }: ColumnSet, values: readonly unknown[]): Instruction['setters'] =>
  setters.flatMap(({ name, place }) => (values[place] === undefined ? [] : [{ name, value: values[place] }]));

const isError = ({ severity }: Problem): boolean => severity === 'ERROR';

const isList = ({ value }: PathValue): boolean => Array.isArray(value);
const isNull = ({ value }: PathValue): boolean => value === null;

/** Columns that are ignored and told with the nearest right spelling: with more of them nobody needs it. */
const SUGGESTED = 100;

export class RowReader implements ParseOptions {
  private readonly column = remembering((name): Column => readColumn(this.model, name), {
    most: BOUNDS.columns,
    mostCharacters: Infinity,
  });
  private readonly match = remembering((matchOn): CompiledMatch => compileMatch(this.model, matchOn));
  private readonly flags = remembering(readFlags);
  private readonly set = remembering((names): ColumnSet => this.sort(JSON.parse(names) as string[]));
  private lastSet: ColumnSet | null = null;
  private readonly shapes = new WeakMap<ColumnSet, WeakMap<CompiledMatch, PlainShape | 'none'>>();
  /** By name, in the order of their first row. */
  private readonly ignored = new Map<string, IgnoredColumn>();

  /**
   * `text`: values are text of a file, so that JSON columns are parsed. `notes`: warnings about the header of the file.
   * `spellings`: undefined if no type needs the database.
   */
  constructor(
    private readonly model: Model,
    readonly text: boolean,
    private readonly notes: readonly Problem[] = [],
    readonly spellings?: Spellings,
  ) {}

  /** Reads rows, after the database has spelled those of their values that only it can parse. */
  readAll(rows: readonly Row[]): Promise<Instruction[]> {
    const read = (): Instruction[] => rows.map((row) => this.read(row));
    return this.spellings ? this.spellings.settle(read) : Promise.resolve(read());
  }

  /** Columns that are ignored (R16, R20), in the order of their first row. */
  get ignoredColumns(): readonly IgnoredColumn[] {
    return [...this.ignored.values()];
  }

  /** Warnings about the header, and one for each column that is ignored. */
  get columnProblems(): readonly Problem[] {
    return [...this.notes, ...this.ignoredColumns.map((column, index) => ignoredProblem(column, index < SUGGESTED))];
  }

  /** Whether a row has been read that carries columns. */
  get hasColumns(): boolean {
    return this.lastSet !== null;
  }

  read(row: Row): Instruction {
    const problems: Problem[] = [];
    const unreadable = row.unreadable ?? nestingProblem(row.values);
    if (unreadable) {
      problems.push(unreadable);
      return bare(row, problems);
    }
    const actions = this.flags(row.actionFlags ?? '');
    if ('illegal' in actions) {
      problems.push(
        problem(
          'INVALID_ACTION_FLAGS',
          `Action flags ${shown(row.actionFlags)} are invalid: ${actions.illegal}.`,
          'action_flags',
        ),
      );
      return bare(row, problems);
    }
    if (!actions.create && !actions.update && !actions.delete) {
      problems.push(problem('NO_ACTION', NO_FLAGS, 'action_flags'));
      return bare(row, problems);
    }
    const key = this.readKey(row, problems);
    const columns = this.columnSet(row.values);
    const values = Object.values(row.values);
    if (columns.repeated.length > 0) problems.push(...repeatedProblems(columns, values));
    const compiled = this.match(row.matchOn ?? '');
    if (!actions.delete && problems.length === 0) {
      const plain = this.shapeOf(columns, compiled)?.read(row, actions, key, values, this);
      if (plain) return plain;
    }
    // What a delete says of relations matters only where it matches on them (R30).
    const relations = this.readRelations(columns, values, actions.delete ? [] : problems);
    const said = new SaidValues(this.model, this, columns, values, relations, problems);
    if (this.model.behaviour.formats) this.format(said);
    const match = readMatch(compiled, said, problems);
    if (!match && key === null && !problems.some(isError))
      problems.push(
        problem(
          'EMPTY_MATCH',
          compiled.targets.length === 0
            ? NO_MATCH
            : `All values of match_on ${shown(row.matchOn?.trim())} are empty, and the row has no external key. Set one of them.`,
          'match_on',
        ),
      );
    if (actions.delete) return { ...bare(row, toldProblems(problems), actions), key, match };

    const references = this.readReferences(relations, problems);
    const written = columns.hasUnwritable ? withoutMatched(columns.written, compiled) : columns.written;
    // An array that grows keeps room for many more.
    const assignments = new Array<Assignment>(written.length);
    let count = 0;
    for (const column of written) {
      const { field } = column;
      const found = said.at(field, column);
      if (typeof found === 'string') continue;
      assignments[count++] = found;
    }
    assignments.length = count;
    return {
      row,
      actions,
      problems: toldProblems(problems),
      key,
      match,
      assignments,
      setters: columns.setters.length === 0 ? NO_SETTERS : settersOf(columns, values),
      references,
      links: this.readLinks(relations, problems),
    };
  }

  private readKey(row: Row, problems: Problem[]): string | null {
    const key = row.externalKey;
    if (key === null || key.trim() === '') return null;
    const reason =
      unstorable(key) ?? (longerThan(key, LONGEST_KEY) ? `is longer than ${LONGEST_KEY} characters` : null);
    if (reason) problems.push(problem('INVALID_VALUE', `External key ${shown(key)} ${reason}.`, 'external_key'));
    return key;
  }

  /** Rows of one source mostly carry the same names: the set of the row before is tried first. */
  private columnSet(values: Row['values']): ColumnSet {
    const names = Object.keys(values);
    if (this.lastSet && sameNames(this.lastSet.names, names)) return this.lastSet;
    return (this.lastSet = this.set(JSON.stringify(names)));
  }

  private sort(names: readonly string[]): ColumnSet {
    const set = sortColumns(names, this.column);
    for (const column of set.ignored) this.report(column);
    return set;
  }

  private shapeOf(columns: ColumnSet, match: CompiledMatch): PlainShape | null {
    let shapes = this.shapes.get(columns);
    if (!shapes) this.shapes.set(columns, (shapes = new WeakMap()));
    let shape = shapes.get(match);
    if (!shape) shapes.set(match, (shape = PlainShape.of(this.model, columns, match) ?? 'none'));
    return shape === 'none' ? null : shape;
  }

  private report(column: IgnoredColumn): void {
    if (!this.ignored.has(column.name)) this.ignored.set(column.name, column);
  }

  private readRelations(columns: ColumnSet, values: readonly unknown[], problems: Problem[]): Relations {
    const inline = columns.inline.length === 0 ? [] : columns.inline.filter((column) => isInline(column, values));
    if (columns.paths.length + columns.relations.length + inline.length === 0) return NO_RELATIONS;
    const relations = noRelations();
    for (const { name, column, place } of columns.paths)
      if (values[place] !== undefined) this.addPath(relations, { name, column, value: values[place] });
    for (const { name, relation, place } of [...columns.relations, ...inline])
      if (values[place] !== undefined) this.spread(relations, name, relation, values[place], problems);
    return relations;
  }

  private addPath({ groups }: Relations, path: PathValue): void {
    const { relation } = path.column;
    const group = groups.find((other) => other.relation === relation);
    if (group) group.paths.push(path);
    else groups.push({ relation, paths: [path] });
  }

  /** A relation given as an object (R28). */
  private spread(relations: Relations, name: string, relation: Relation, value: unknown, problems: Problem[]): void {
    if (value === '') return;
    const toOne = relation.kind === 'BELONGS_TO';
    if (value === null) {
      if (toOne) {
        if (!relations.cleared.includes(relation)) relations.cleared.push(relation);
      } else if (relation.join) relations.links.push({ relation, sign: '=', selectors: [] });
      return;
    }
    if (toOne) {
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
      for (const path of this.pathsOf(spreadObject([relation.name], value as Record<string, unknown>)))
        this.addPath(relations, path);
      return;
    }
    for (const { sign, elements } of spreadLinks(relation, value, problems) ?? []) {
      const selectors: Selector[] = [];
      let unclear = false;
      for (const element of elements) {
        const paths = this.pathsOf(element);
        const selector = this.selector(relation, paths, problems);
        if (selector) selectors.push(selector);
        else unclear ||= paths.length < element.length;
      }
      // Elements that are empty say nothing, and a set of which one cannot be understood is not that set.
      if (elements.length === 0 || (selectors.length > 0 && !(sign === '=' && unclear)))
        relations.links.push({ relation, sign, selectors });
    }
  }

  private pathsOf(values: readonly SpreadValue[]): PathValue[] {
    return values.flatMap(({ name, value }) => {
      const column = this.column(name);
      if (column.kind === 'path') return [{ name, column, value }];
      if (column.kind === 'ignored') this.report(column);
      return [];
    });
  }

  private selector(relation: Relation, paths: readonly PathValue[], problems: Problem[]): Selector | null {
    return readSelector(relation.related, paths, this, problems);
  }

  /** Values become what the model's own parsing and formatting make of them, for comparisons too (R7). */
  private format(said: SaidValues): void {
    const found = said.all();
    const given = columnValues<Canonical>();
    for (const { field, value } of found) given[field.column.name] = value;
    try {
      const formatted = formatValues(this.model, given);
      for (const value of found) value.value = formatted[value.field.column.name] ?? null;
    } catch (error) {
      if (!(error instanceof ModelFailure)) throw error;
      said.problems.push(problem(error.code, error.message, error.field));
    }
  }

  private readReferences(relations: Relations, problems: Problem[]): readonly ReferenceAssignment[] {
    if (relations === NO_RELATIONS) return NO_REFERENCES;
    const { groups, cleared } = relations;
    const references: ReferenceAssignment[] = cleared.map((relation) => ({ relation, selector: null }));
    for (const { relation, paths } of groups) {
      if (relation.kind !== 'BELONGS_TO') continue;
      const list = paths.find(isList);
      if (list) {
        problems.push(
          problem(
            'INVALID_VALUE',
            `Column "${list.name}" takes one ${relation.related.name}, not a list: ${shown(list.value)}.`,
            list.name,
          ),
        );
        continue;
      }
      const selector = this.selector(relation, paths, problems);
      if (selector) references.push({ relation, selector });
      else if (paths.some(isNull)) references.push({ relation, selector: null });
    }
    return references;
  }

  /** Relations to many (R24, R25); empty columns are left out before their signs are compared. */
  private readLinks(relations: Relations, problems: Problem[]): readonly LinkAssignment[] {
    if (relations === NO_RELATIONS) return NO_LINKS;
    const links = [...relations.links];
    for (const { relation, paths: all } of relations.groups) {
      if (relation.kind === 'BELONGS_TO') continue;
      const paths = all.filter(({ value }) => value !== '' && value !== undefined);
      const signs = new Set(paths.map(({ column }) => this.signOf(relation, column)));
      const [sign = null] = signs;
      if (paths.length === 0) continue;
      if (signs.size > 1) {
        problems.push(
          problem(
            'MIXED_RELATION_OPERATORS',
            `Columns of relation "${relation.name}" have different operators. Use one operator. The relation stays unchanged.`,
            relation.name,
          ),
        );
      } else if (relation.join && sign === null) {
        problems.push(
          problem(
            'MISSING_RELATION_OPERATOR',
            `Column "${paths[0]?.name ?? relation.name}" requires an operator (+, - or =) after "=>". The relation stays unchanged.`,
            relation.name,
          ),
        );
      } else {
        const selectors = this.listSelectors(relation, paths, problems);
        const clears =
          sign === '=' && paths.every(({ value }) => value === null || (Array.isArray(value) && value.length === 0));
        if (selectors && (selectors.length > 0 || clears)) links.push({ relation, sign, selectors });
      }
    }
    return links.every(({ relation }) => relation.obstacle === null) ? links : this.settable(links);
  }

  /** Without relations that rows cannot set (R43), each of which is told once. */
  private settable(links: readonly LinkAssignment[]): LinkAssignment[] {
    return links.filter(({ relation: { name, obstacle } }) => {
      if (obstacle !== null)
        this.report({
          kind: 'ignored',
          code: 'UNKNOWN_REFERENCE',
          name,
          reason: `rows cannot set this relation. ${obstacle.replace(/\.$/, '')}`,
        });
      return obstacle === null;
    });
  }

  private signOf(relation: Relation, column: PathColumn): Sign | null {
    return column.sign ?? (relation.join?.single ? '=' : null);
  }

  /** One selector for each element of the lists; values that are no list stand beside every element. */
  private listSelectors(relation: Relation, paths: readonly PathValue[], problems: Problem[]): Selector[] | null {
    const lengths = new Set(paths.flatMap(({ value }) => (Array.isArray(value) ? [value.length] : [])));
    if (lengths.size > 1) {
      problems.push(
        problem(
          'INVALID_VALUE',
          `Lists for relation "${relation.name}" have different lengths: ${listed([...lengths].map(String))}.`,
          relation.name,
        ),
      );
      return null;
    }
    const [length = 1] = lengths;
    if (length > BOUNDS.targetsPerRow) {
      problems.push(tooManyTargets(relation, length));
      return null;
    }
    const selectors: Selector[] = [];
    for (let index = 0; index < length; index += 1) {
      const element = paths.map((path) => ({
        ...path,
        value: Array.isArray(path.value) ? (path.value as unknown[])[index] : path.value,
      }));
      const selector = this.selector(relation, element, problems);
      if (selector) selectors.push(selector);
    }
    return selectors;
  }
}
