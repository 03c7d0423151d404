/**
 * Rows that contain only valid values, as most rows do. What all rows of one shape have in common is computed once. The
 * rest is computed when it is needed.
 */
import { type Canonical, type Field, isEmpty, type Model, type ParseOptions } from '../../models';
import type { Row } from '../row';
import type { ColumnSet } from './columnSet';
import { readField } from './fieldValues';
import type { Actions } from './flags';
import type { Assignment, Instruction, MatchAlternative } from './instruction';
import { type CompiledAlternative, type CompiledMatch, plainAlternative } from './match';

const NONE: readonly never[] = [];

/** Whether a field may contain an object. The row must then say whether it means the relation (R28). */
const takesObjects = ({ field }: ColumnSet['inline'][number]): boolean => /^(json|other)$/.test(field.column.type.kind);

/** The common part of rows that have the same columns and match on the same fields. */
export class PlainShape {
  /** The order of the values. */
  readonly fields: readonly Field[];
  private readonly places: readonly number[];

  private constructor(
    private readonly model: Model,
    { written }: ColumnSet,
    private readonly alternative: CompiledAlternative | null,
    /** The positions of the match values among the values of the fields. */
    private readonly matchedPlaces: readonly number[],
  ) {
    this.fields = written.map(({ field }) => field);
    this.places = written.map(({ place }) => place);
  }

  /** Null if rows with these columns may contain more than values, or match on columns that they do not assign. */
  static of(model: Model, columns: ColumnSet, { problems, alternatives }: CompiledMatch): PlainShape | null {
    const { hasUnwritable, written, setters, paths, relations, inline } = columns;
    const others = setters.length + paths.length + relations.length + problems.length;
    const [alternative = null] = alternatives;
    if (others > 0 || inline.some(takesObjects) || hasUnwritable || alternatives.length > 1 || model.behaviour.formats)
      return null;
    if (alternative && !alternative.isPlain) return null;
    const matched = (alternative?.fields ?? []).map((field) => written.findIndex((column) => column.field === field));
    return matched.includes(-1) ? null : new PlainShape(model, columns, alternative, matched);
  }

  /** Fields that rows match on; empty if only their key identifies the object. */
  get matched(): readonly Field[] {
    return this.alternative?.fields ?? NONE;
  }

  /** Null if the row contains anything other than valid values. */
  read(
    row: Row,
    actions: Actions,
    key: string | null,
    raw: readonly unknown[],
    options: ParseOptions,
  ): PlainInstruction | null {
    const { fields, places, matchedPlaces } = this;
    if (matchedPlaces.length === 0 && key === null) return null;
    const values = new Array<Canonical>(fields.length);
    for (let index = 0; index < fields.length; index += 1) {
      const found = readField(this.model, fields[index] as Field, raw[places[index] as number], options);
      if (found === 'missing' || !('value' in found)) return null;
      values[index] = found.value;
    }
    for (const place of matchedPlaces) if (isEmpty(values[place] ?? null)) return null;
    return new PlainInstruction(row, actions, key, this, values);
  }

  assignments(values: readonly Canonical[]): Assignment[] {
    return this.fields.map((field, index) => {
      const value = values[index] ?? null;
      return { field, value, given: value };
    });
  }

  match(values: readonly Canonical[]): readonly MatchAlternative[] | null {
    const { alternative, matchedPlaces } = this;
    return (
      alternative && [
        plainAlternative(
          alternative,
          matchedPlaces.map((place) => values[place] ?? null),
        ),
      ]
    );
  }
}

export class PlainInstruction implements Instruction {
  private assigned: readonly Assignment[] | undefined = undefined;
  private matching: readonly MatchAlternative[] | null | undefined = undefined;

  constructor(
    readonly row: Row,
    readonly actions: Actions,
    readonly key: string | null,
    readonly shape: PlainShape,
    /** In the order of the shape's fields. */
    readonly values: readonly Canonical[],
  ) {}

  get assignments(): readonly Assignment[] {
    return (this.assigned ??= this.shape.assignments(this.values));
  }

  get match(): readonly MatchAlternative[] | null {
    return (this.matching ??= this.shape.match(this.values));
  }

  get problems(): Instruction['problems'] {
    return NONE;
  }

  get setters(): Instruction['setters'] {
    return NONE;
  }

  get references(): Instruction['references'] {
    return NONE;
  }

  get links(): Instruction['links'] {
    return NONE;
  }
}

/** The same row with other actions. */
export const withActions = (instruction: Instruction, actions: Actions): Instruction =>
  instruction instanceof PlainInstruction
    ? new PlainInstruction(instruction.row, actions, instruction.key, instruction.shape, instruction.values)
    : { ...instruction, actions };
