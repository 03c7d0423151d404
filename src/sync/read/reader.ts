/** Converts rows to instructions for one model, without the database. */
import {
  type Canonical,
  columnValues,
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
import { nestingProblem } from '../../nesting';
import { type Problem, problem, reportedProblems } from '../../problems';
import { shown } from '../../shown';
import { behaviourOf } from '../relations';
import type { RelationReader } from '../relations/behaviour';
import type { Row } from '../row';
import { type IgnoredColumn, ignoredProblem } from './columns';
import { type ColumnSet, repeatedProblems, sameNames } from './columnSet';
import { type Actions, hasAction, NO_ACTIONS } from './flags';
import type { SpreadValue } from './inlineRelations';
import type { Assignment, Instruction, LinkAssignment, ReferenceAssignment, Selector } from './instruction';
import { type CompiledMatch, readMatch } from './match';
import { isInline, ParsedValues } from './parsedValues';
import { RowRelations } from './rowRelations';
import { flagsOf, type RowRules, rulesOf } from './rowRules';
import { LONGEST_KEY, type PathValue, readSelector } from './selectors';

const NO_FLAGS =
  'No action flags, so nothing was done. Set actionFlags, or defaults.actionFlags (CLI: --flags), such as "cu".';

const NO_MATCH = 'The row has neither match_on nor an external key. Set one of them.';

/** Shared by the many rows without relations. */
const NO_RELATIONS = new RowRelations();

const bare = (row: Row, problems: readonly Problem[], actions: Actions = NO_ACTIONS): Instruction => ({
  row, actions, problems, key: null, match: null, assignments: [], setters: [], references: [], links: [],
}); // prettier-ignore

const NO_REFERENCES: readonly ReferenceAssignment[] = [];
const NO_LINKS: readonly LinkAssignment[] = [];
const NO_SETTERS: Instruction['setters'] = [];

/** A row may match on a field that cannot be written. The row then does not try to write it. */
const withoutMatched = (written: ColumnSet['written'], { targets }: CompiledMatch): ColumnSet['written'] =>
  written.filter(
    ({ field }) =>
      whyNotWritable(field) === null || !targets.some((target) => target.kind === 'field' && target.field === field),
  );

const settersOf = ({ setters }: ColumnSet, values: readonly unknown[]): Instruction['setters'] =>
  setters.flatMap(({ name, place }) => (values[place] === undefined ? [] : [{ name, value: values[place] }]));

function assignmentsOf(parsed: ParsedValues, written: ColumnSet['written']): readonly Assignment[] {
  // The length is set first, because an array that grows reserves much more memory.
  const assignments = new Array<Assignment>(written.length);
  let count = 0;
  for (const column of written) {
    const found = parsed.at(column.field, column);
    if (typeof found !== 'string') assignments[count++] = found;
  }
  assignments.length = count;
  return assignments;
}

/** R7: the row identifies no object. */
const emptyMatch = ({ matchOn }: Row, { targets }: CompiledMatch): Problem =>
  problem(
    'EMPTY_MATCH',
    targets.length === 0
      ? NO_MATCH
      : `All values of match_on ${shown(matchOn?.trim())} are empty, and the row has no external key. Set one of them.`,
    'match_on',
  );

const isError = ({ severity }: Problem): boolean => severity === 'ERROR';

/** The most ignored columns that are reported with a suggestion, because each search takes time. */
const SUGGESTED = 100;

export class RowReader implements ParseOptions, RelationReader {
  private readonly rules: RowRules;
  private lastSet: ColumnSet | null = null;
  /** By name, in the order in which rows first used them. */
  private readonly ignored = new Map<string, IgnoredColumn>();

  /**
   * `text`: values are text of a file, so that JSON columns are parsed.
   * `notes`: warnings about the header of the file.
   * `spellings`: undefined if no type needs the database.
   */
  constructor(
    private readonly model: Model,
    readonly text: boolean,
    private readonly notes: readonly Problem[] = [],
    readonly spellings?: Spellings,
  ) {
    this.rules = rulesOf(model);
  }

  /** Reads rows, after the database has normalized the values that only it can parse. */
  readAll(rows: readonly Row[]): Promise<Instruction[]> {
    const read = (): Instruction[] => rows.map((row) => this.read(row));
    return this.spellings ? this.spellings.settle(read) : Promise.resolve(read());
  }

  /** Ignored columns (R16, R20), in the order in which rows first used them. */
  get ignoredColumns(): readonly IgnoredColumn[] {
    return [...this.ignored.values()];
  }

  /** Warnings about the header, and one per ignored column. */
  get columnProblems(): readonly Problem[] {
    return [...this.notes, ...this.ignoredColumns.map((column, index) => ignoredProblem(column, index < SUGGESTED))];
  }

  /** Whether a row with columns has been read. */
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
    const actions = this.readFlags(row, problems);
    if (!actions) return bare(row, problems);
    const key = this.readKey(row, problems);
    const columns = this.columnSet(row.values);
    const values = Object.values(row.values);
    if (columns.repeated.length > 0) problems.push(...repeatedProblems(columns, values));
    const compiled = this.rules.match(row.matchOn ?? '');
    if (!actions.delete && problems.length === 0) {
      const plain = this.rules.shapeOf(columns, compiled)?.read(row, actions, key, values, this);
      if (plain) return plain;
    }
    // In a delete, problems of relations matter only if the row matches on them (R30).
    const relations = this.readRelations(columns, values, actions.delete ? [] : problems);
    const parsed = new ParsedValues(this.model, this, columns, values, relations, problems);
    if (this.model.behaviour.formats) this.format(parsed);
    const match = readMatch(compiled, parsed, problems);
    if (!match && key === null && !problems.some(isError)) problems.push(emptyMatch(row, compiled));
    if (actions.delete) return { ...bare(row, reportedProblems(problems), actions), key, match };

    const references = this.readReferences(relations, problems);
    const written = columns.hasUnwritable ? withoutMatched(columns.written, compiled) : columns.written;
    return {
      row,
      actions,
      problems: reportedProblems(problems),
      key,
      match,
      assignments: assignmentsOf(parsed, written),
      setters: columns.setters.length === 0 ? NO_SETTERS : settersOf(columns, values),
      references,
      links: this.readLinks(relations, problems),
    };
  }

  /** The row's actions (R1–R3); null after a problem. */
  private readFlags({ actionFlags }: Row, problems: Problem[]): Actions | null {
    const actions = flagsOf(actionFlags ?? '');
    if ('illegal' in actions) {
      const message = `Action flags ${shown(actionFlags)} are invalid: ${actions.illegal}.`;
      problems.push(problem('INVALID_ACTION_FLAGS', message, 'action_flags'));
      return null;
    }
    if (hasAction(actions)) return actions;
    problems.push(problem('NO_ACTION', NO_FLAGS, 'action_flags'));
    return null;
  }

  private readKey(row: Row, problems: Problem[]): string | null {
    const key = row.externalKey;
    if (key === null || key.trim() === '') return null;
    const reason =
      unstorable(key) ?? (longerThan(key, LONGEST_KEY) ? `is longer than ${LONGEST_KEY} characters` : null);
    if (reason) problems.push(problem('INVALID_VALUE', `External key ${shown(key)} ${reason}.`, 'external_key'));
    return key;
  }

  /** Most rows of a source have the same names, so the column set of the previous row is tried first. */
  private columnSet(values: Row['values']): ColumnSet {
    const names = Object.keys(values);
    if (this.lastSet && sameNames(this.lastSet.names, names)) return this.lastSet;
    const set = this.rules.columnSet(names);
    for (const column of set.ignored) this.report(column);
    return (this.lastSet = set);
  }

  private report(column: IgnoredColumn): void {
    if (!this.ignored.has(column.name)) this.ignored.set(column.name, column);
  }

  private readRelations(columns: ColumnSet, values: readonly unknown[], problems: Problem[]): RowRelations {
    const inline = columns.inline.length === 0 ? [] : columns.inline.filter((column) => isInline(column, values));
    if (columns.paths.length + columns.relations.length + inline.length === 0) return NO_RELATIONS;
    const relations = new RowRelations();
    for (const { name, column, place } of columns.paths)
      if (values[place] !== undefined) relations.addPath({ name, column, value: values[place] });
    for (const { name, relation, place } of [...columns.relations, ...inline]) {
      const value = values[place];
      if (value !== undefined && value !== '')
        behaviourOf(relation).readInline(relation, name, value, relations, this, problems);
    }
    return relations;
  }

  pathsOf(values: readonly SpreadValue[]): PathValue[] {
    return values.flatMap(({ name, value }) => {
      const column = this.rules.column(name);
      if (column.kind === 'path') return [{ name, column, value }];
      if (column.kind === 'ignored') this.report(column);
      return [];
    });
  }

  selector(relation: Relation, paths: readonly PathValue[], problems: Problem[]): Selector | null {
    return readSelector(relation.related, paths, this, problems);
  }

  /** Applies the model's own parsing and formatting, so that comparisons use the stored values (R7). */
  private format(parsed: ParsedValues): void {
    const found = parsed.all();
    const given = columnValues<Canonical>();
    for (const { field, value } of found) given[field.column.name] = value;
    try {
      const formatted = formatValues(this.model, given);
      for (const value of found) value.value = formatted[value.field.column.name] ?? null;
    } catch (error) {
      if (!(error instanceof ModelFailure)) throw error;
      parsed.problems.push(problem(error.code, error.message, error.field));
    }
  }

  private readReferences(relations: RowRelations, problems: Problem[]): readonly ReferenceAssignment[] {
    if (relations === NO_RELATIONS) return NO_REFERENCES;
    const { groups, cleared } = relations;
    const references: ReferenceAssignment[] = [];
    for (const { relation, paths } of groups) {
      const reference = behaviourOf(relation).readReference(relation, paths, this, problems);
      if (reference) references.push(reference);
    }
    // A null is ignored if other columns of the relation name an object (R20).
    const named = new Set(references.map(({ relation }) => relation));
    const alone = cleared.filter((relation) => !named.has(relation));
    return [...alone.map((relation) => ({ relation, selector: null })), ...references];
  }

  /** To-many relations (R24, R25). */
  private readLinks(relations: RowRelations, problems: Problem[]): readonly LinkAssignment[] {
    if (relations === NO_RELATIONS) return NO_LINKS;
    const links = [...relations.links];
    for (const { relation, paths } of relations.groups) {
      const found = behaviourOf(relation).readLinks(relation, paths, this, problems);
      if (found) links.push(found);
    }
    return links.every(({ relation }) => relation.obstacle === null) ? links : this.settable(links);
  }

  /** Removes relations that rows cannot set (R43), and reports each once. */
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
}
