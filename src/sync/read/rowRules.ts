/**
 * What the columns, `match_on` and action flags of rows mean for a model. It depends only on their texts, so all calls share it: a call with one row
 * would otherwise spend most of its reading on them.
 */
import { BOUNDS } from '../../bounds';
import { cached } from '../../cached';
import type { Model } from '../../models';
import { type Column, readColumn } from './columns';
import { type ColumnSet, sortColumns } from './columnSet';
import { readFlags } from './flags';
import { type CompiledMatch, compileMatch } from './match';
import { PlainShape } from './plainInstruction';

export const flagsOf = cached(readFlags);

export class RowRules {
  readonly column = cached((name): Column => readColumn(this.model, name), { most: BOUNDS.columns });
  readonly match = cached((matchOn): CompiledMatch => compileMatch(this.model, matchOn));
  private readonly set = cached((names): ColumnSet => sortColumns(JSON.parse(names) as string[], this.column));
  private readonly shapes = new WeakMap<ColumnSet, WeakMap<CompiledMatch, PlainShape | 'none'>>();

  constructor(private readonly model: Model) {}

  columnSet(names: readonly string[]): ColumnSet {
    return this.set(JSON.stringify(names));
  }

  /** Null if rows with these columns may contain more than values. */
  shapeOf(columns: ColumnSet, match: CompiledMatch): PlainShape | null {
    let shapes = this.shapes.get(columns);
    if (!shapes) this.shapes.set(columns, (shapes = new WeakMap()));
    let shape = shapes.get(match);
    if (!shape) shapes.set(match, (shape = PlainShape.of(this.model, columns, match) ?? 'none'));
    return shape === 'none' ? null : shape;
  }
}

const known = new WeakMap<Model, RowRules>();

export function rulesOf(model: Model): RowRules {
  let rules = known.get(model);
  if (!rules) known.set(model, (rules = new RowRules(model)));
  return rules;
}
