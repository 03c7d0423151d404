/** Rows -> instructions for one model: everything that can be said of a row without a look at the database. */
import {
  type Canonical,
  type Field,
  longerThan,
  type Model,
  parseValue,
  type Relation,
  takesEmptyText,
  unstorable,
} from '../../models';
import { type Problem, problem, shown } from '../problems';
import type { Row } from '../row';
import { type Column, pathName, readColumn, type Sign } from './columns';
import { type Actions, NO_ACTIONS, readFlags } from './flags';
import { spreadLinks, spreadObject, type SpreadValue } from './inlineRelations';
import type { Assignment, Instruction, LinkAssignment, ReferenceAssignment, Selector } from './instruction';
import { type CompiledMatch, compileMatch, readMatch } from './match';
import { isBlank, LONGEST_KEY, type PathColumn, type PathValue, readSelector } from './selectors';

/** A row's columns sorted by what they mean. */
interface SortedColumns {
  readonly fields: Map<Field, { name: string; raw: unknown }>;
  readonly setters: { name: string; value: unknown }[];
  /** Reference columns by relation and sign. */
  readonly paths: Map<Relation, PathValue[]>;
  readonly pathsByName: Map<string, PathValue>;
  /** Relations to one that are given as null. */
  readonly cleared: Set<Relation>;
  readonly links: LinkAssignment[];
}

type FieldValue = { readonly value: Canonical } | 'missing' | 'invalid';

const normalName = (name: string): string => pathName(...name.split('=>').map((part) => part.trim()));

export class RowReader {
  private readonly columns = new Map<string, Column>();
  private readonly matches = new Map<string, CompiledMatch>();
  private readonly reported = new Set<string>();
  /** One warning for each column that is ignored (R16, R20), in the order of their first row. */
  readonly columnProblems: Problem[] = [];

  /** `text`: values are text of a file, so that JSON columns are parsed. */
  constructor(
    private readonly model: Model,
    private readonly text: boolean,
  ) {}

  read(row: Row): Instruction {
    const problems: Problem[] = [];
    const bare = (actions: Actions = NO_ACTIONS): Instruction => ({
      row, actions, problems, key: null, match: null, assignments: [], setters: [], references: [], links: [],
    }); // prettier-ignore
    if (row.unreadable) {
      problems.push(row.unreadable);
      return bare();
    }
    const actions = readFlags(row.actionFlags);
    if ('illegal' in actions) {
      problems.push(
        problem('INVALID_ACTION_FLAGS', `Action flags ${shown(row.actionFlags)}: ${actions.illegal}.`, 'action_flags'),
      );
      return bare();
    }
    if (!actions.create && !actions.update && !actions.delete) {
      problems.push(problem('NO_ACTION', 'The row asks for no action: its flags have no c, u or d.', 'action_flags'));
      return bare();
    }
    const key = this.readKey(row, problems);
    const sorted = this.sort(row, problems);
    const parsed = new Map<Field, FieldValue>();
    const valueOf = (field: Field): FieldValue => {
      let found = parsed.get(field);
      if (!found) parsed.set(field, (found = this.readField(field, sorted.fields.get(field), problems)));
      return found;
    };
    const match = readMatch(
      this.match(row.matchOn ?? ''),
      { text: this.text, field: valueOf, path: (name) => sorted.pathsByName.get(normalName(name)) },
      problems,
    );
    if (!match && key === null && !problems.some(({ severity }) => severity === 'ERROR'))
      problems.push(
        problem(
          'EMPTY_MATCH',
          'Neither a value to match on nor an external key says which object the row is about.',
          'match_on',
        ),
      );
    if (actions.delete) return { ...bare(actions), key, match };

    const references = this.readReferences(sorted, problems);
    const decided = new Set(references.flatMap(({ relation }) => relation.ownFields));
    const assignments: Assignment[] = [];
    for (const field of sorted.fields.keys()) {
      const found = valueOf(field);
      // Where a row carries both a reference and its column, the reference decides (R27).
      if (typeof found !== 'string' && !decided.has(field) && !field.column.generated)
        assignments.push({ field, value: found.value });
    }
    return {
      row,
      actions,
      problems,
      key,
      match,
      assignments,
      setters: sorted.setters,
      references,
      links: this.readLinks(sorted, problems),
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

  private column(name: string): Column {
    let column = this.columns.get(name);
    if (!column) this.columns.set(name, (column = readColumn(this.model, name)));
    return column;
  }

  private match(matchOn: string): CompiledMatch {
    let match = this.matches.get(matchOn);
    if (!match) this.matches.set(matchOn, (match = compileMatch(this.model, matchOn)));
    return match;
  }

  private report(name: string, ignored: Problem): void {
    if (this.reported.has(name)) return;
    this.reported.add(name);
    this.columnProblems.push(ignored);
  }

  private sort(row: Row, problems: Problem[]): SortedColumns {
    const sorted: SortedColumns = {
      fields: new Map(),
      setters: [],
      paths: new Map(),
      pathsByName: new Map(),
      cleared: new Set(),
      links: [],
    };
    for (const [name, value] of Object.entries(row.values)) {
      if (value === undefined) continue;
      const column = this.column(name);
      switch (column.kind) {
        case 'field':
          sorted.fields.set(column.field, { name, raw: value });
          break;
        case 'setter':
          sorted.setters.push({ name: column.name, value });
          break;
        case 'path':
          this.addPath(sorted, { name, column, value });
          break;
        case 'relation':
          this.spread(sorted, name, column.relation, value, problems);
          break;
        case 'ignored': {
          // A generated column cannot be written, but it can be matched on.
          const field = this.model.fieldsByName.get(name.trim());
          if (field) sorted.fields.set(field, { name, raw: value });
          this.report(name, column.problem);
        }
      }
    }
    return sorted;
  }

  private addPath(sorted: SortedColumns, path: PathValue): void {
    const paths = sorted.paths.get(path.column.relation);
    if (paths) paths.push(path);
    else sorted.paths.set(path.column.relation, [path]);
    sorted.pathsByName.set(normalName(path.name), path);
  }

  /** A relation given as an object (R28). */
  private spread(sorted: SortedColumns, name: string, relation: Relation, value: unknown, problems: Problem[]): void {
    if (value === '') return;
    const toOne = relation.kind === 'BELONGS_TO';
    if (value === null) {
      if (toOne) sorted.cleared.add(relation);
      else if (relation.join) sorted.links.push({ relation, sign: '=', selectors: [] });
      return;
    }
    if (toOne) {
      if (typeof value !== 'object' || Array.isArray(value)) {
        problems.push(
          problem(
            'INVALID_VALUE',
            `"${name}": ${shown(value)} is not an object that names the ${relation.related.name}.`,
            name,
          ),
        );
        return;
      }
      for (const path of this.pathsOf(spreadObject([relation.name], value as Record<string, unknown>)))
        this.addPath(sorted, path);
      return;
    }
    for (const { sign, elements } of spreadLinks(relation, value, problems) ?? []) {
      const selectors = elements.flatMap((element) => this.selector(relation, this.pathsOf(element), problems) ?? []);
      sorted.links.push({ relation, sign, selectors });
    }
  }

  private pathsOf(values: readonly SpreadValue[]): PathValue[] {
    return values.flatMap(({ name, value }) => {
      const column = this.column(name);
      if (column.kind === 'path') return [{ name, column, value }];
      if (column.kind === 'ignored') this.report(name, column.problem);
      return [];
    });
  }

  private selector(relation: Relation, paths: readonly PathValue[], problems: Problem[]): Selector | null {
    return readSelector(relation.related, paths, this.text, problems);
  }

  /** R14: `''` is NULL on a nullable column and stays `''` on a text column that is not. */
  private readField(field: Field, given: { name: string; raw: unknown } | undefined, problems: Problem[]): FieldValue {
    if (!given) return 'missing';
    const { name, raw } = given;
    const { column } = field;
    if (raw === null || raw === '') {
      // An empty key is one that the database or the model is to make.
      if (this.model.idFields.includes(field)) return 'missing';
      if (raw === null || column.nullable) return { value: null };
      if (takesEmptyText(column.type)) return { value: '' };
    }
    const parsed = parseValue(column.type, raw, { text: this.text });
    if ('value' in parsed) return parsed;
    problems.push(problem('INVALID_VALUE', `Field "${name.trim()}": ${shown(raw)} ${parsed.reason}.`, name.trim()));
    return 'invalid';
  }

  private readReferences(sorted: SortedColumns, problems: Problem[]): ReferenceAssignment[] {
    const references: ReferenceAssignment[] = [...sorted.cleared].map((relation) => ({ relation, selector: null }));
    for (const [relation, paths] of sorted.paths) {
      if (relation.kind !== 'BELONGS_TO') continue;
      const list = paths.find(({ value }) => Array.isArray(value));
      if (list) {
        problems.push(
          problem('INVALID_VALUE', `"${list.name}": a list, where one ${relation.related.name} is meant.`, list.name),
        );
        continue;
      }
      const selector = this.selector(relation, paths, problems);
      if (selector) references.push({ relation, selector });
      else if (paths.some(({ value }) => value === null)) references.push({ relation, selector: null });
    }
    return references;
  }

  /** Relations to many (R24, R25); empty columns are left out before their signs are compared. */
  private readLinks(sorted: SortedColumns, problems: Problem[]): LinkAssignment[] {
    const links = [...sorted.links];
    for (const [relation, all] of sorted.paths) {
      if (relation.kind === 'BELONGS_TO') continue;
      const paths = all.filter(({ value }) => value !== '' && value !== undefined);
      const signs = new Set(paths.map(({ column }) => this.signOf(relation, column)));
      const [sign = null] = signs;
      if (paths.length === 0) continue;
      if (signs.size > 1) {
        problems.push(
          problem(
            'MIXED_RELATION_OPERATORS',
            `Columns of "${relation.name}" have different operators: nothing is touched.`,
            relation.name,
          ),
        );
      } else if (relation.join && sign === null) {
        problems.push(
          problem(
            'MISSING_RELATION_OPERATOR',
            `"${paths[0]?.name ?? relation.name}" needs +, - or = after "=>": nothing is touched.`,
            relation.name,
          ),
        );
      } else {
        const selectors = this.listSelectors(relation, paths, problems);
        const clears = sign === '=' && paths.every(({ value }) => value === null || Array.isArray(value));
        if (selectors && (selectors.length > 0 || clears)) links.push({ relation, sign, selectors });
      }
    }
    return links;
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
          `Lists of "${relation.name}" have different lengths: ${[...lengths].join(', ')}.`,
          relation.name,
        ),
      );
      return null;
    }
    const [length = 1] = lengths;
    const selectors: Selector[] = [];
    for (let index = 0; index < length; index += 1) {
      const element = paths.map((path) => ({
        ...path,
        value: Array.isArray(path.value) ? (path.value as unknown[])[index] : path.value,
      }));
      const selector = element.every(({ value }) => isBlank(value)) ? null : this.selector(relation, element, problems);
      if (selector) selectors.push(selector);
    }
    return selectors;
  }
}
