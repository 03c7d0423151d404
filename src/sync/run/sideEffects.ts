/** What the database or a hook changes beyond a chunk's operations: only a new look at the database tells. */
import { mayStoreOtherwise, type Model, type Relation } from '../../models';
import type { Operation } from '../plan/operations';
import type { Instruction, Selector } from '../read/instruction';
import { affectedTables } from '../write/cascades';
import type { ChunkContext } from './chunkContext';

/** Tables that the rows' working set may hold, beside the model's own. */
function tablesInUse(model: Model, instructions: readonly Instruction[]): Set<string> {
  const tables = new Set([model.table.name]);
  const add = (relation: Relation, selector: Selector | null): void => {
    for (const table of relation.kind.loadedTables(relation)) tables.add(table);
    for (const hop of selector?.references ?? []) add(hop.relation, hop.selector);
  };
  for (const { references, links, match } of instructions) {
    for (const { relation, selector } of references) add(relation, selector);
    for (const { relation, selectors } of links) for (const selector of [null, ...selectors]) add(relation, selector);
    for (const alternative of match ?? [])
      for (const { relation, selector } of [...alternative.references, ...alternative.not.references])
        add(relation, selector);
  }
  return tables;
}

/** Whether a delete changes tables that the working set holds; found out once, where a row deletes at all. */
export function deleteEffects({ model, catalog }: ChunkContext, instructions: readonly Instruction[]): () => boolean {
  let known: boolean | undefined;
  return () => {
    if (known !== undefined) return known;
    const inUse = tablesInUse(model, instructions);
    return (known = [...affectedTables(model.table.name, catalog.foreignKeys)].some((table) => inUse.has(table)));
  };
}

/** Whether the database or a hook may do more than a chunk's operations say. */
export function hasSideEffects(
  { model }: ChunkContext,
  operations: readonly Operation[],
  effects: () => boolean,
): boolean {
  return operations.some(
    (operation) =>
      mayStoreOtherwise('object' in operation ? operation.object.model : model) ||
      (operation.kind === 'delete' && effects()),
  );
}
