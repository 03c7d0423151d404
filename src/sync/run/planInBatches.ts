/** Plans a chunk in batches and yields to the event loop in between, so that other requests are answered. */
import { yieldToEventLoop, ROWS_PER_BATCH } from '../../eventLoop';
import type { PlanContext } from '../plan/context';
import type { Operation, PlannedOutcome } from '../plan/operations';
import { type Plan, plan } from '../plan/plan';
import type { Instruction } from '../read/instruction';

/** Plans rows of a chunk, until the working set must end. */
export async function planInBatches(rows: readonly Instruction[], context: PlanContext): Promise<Plan> {
  const outcomes: PlannedOutcome[] = [];
  const operations: Operation[] = [];
  for (let start = 0; start < rows.length && !context.workingSet.mustEnd; start += ROWS_PER_BATCH) {
    if (start > 0) await yieldToEventLoop();
    const some = rows.slice(start, start + ROWS_PER_BATCH);
    const planned = plan(some, context);
    outcomes.push(...planned.outcomes);
    operations.push(...planned.operations);
    if (planned.unfinished) return { outcomes, operations, unfinished: planned.unfinished };
    if (planned.outcomes.length < some.length) break;
  }
  return { outcomes, operations };
}
