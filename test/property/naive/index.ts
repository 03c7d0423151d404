/**
 * The rules once more, as plainly as they are written: one row after another, on arrays. Slow, and easy to check by reading.
 * The rules import nothing of src.
 *
 * - `run`, `sourceOrder`, `retry`: calls (R40–R43), and rows that exchange unique values (R17b)
 * - `row`, `match`: what a row says (R1–R5, R28), and the object that it means (R4–R9)
 * - `act`: a row's action (R3, R8, R10, R18)
 * - `create`, `update`, `merge`, `delete`: R10–R13, R30–R35
 * - `references`, `links`, `itself`: R20–R27
 * - `values`, `constraints`, `mappings`: R6, R14, R17, R18
 */
import { type Ending, ending, shapeOf } from '../play';
import type { Program } from '../program';
import type { Schema } from '../schema';
import { run } from './run';
import { World } from './world';

/** What the rules say that a program leaves and tells. `meet` is told what rarely happens. */
export function playByRules(
  schema: Schema,
  { start, calls }: Program,
  meet: (what: string) => void = () => undefined,
): Ending {
  const world = new World(schema, start, meet);
  const told = calls.map((call) => run(world, call));
  return ending(shapeOf(schema), {
    told: told.map(({ outcomes }) => outcomes),
    problems: told.map(({ problems }) => problems),
    tables: new Map(
      schema.models.map((model) => [model.name, world.things(model).map(({ id, values }) => ({ id, ...values }))]),
    ),
    links: new Map(schema.links.map(({ table }) => [table, world.pairs(table)])),
    mappings: world.mappings.map(({ id, ...mapping }) => ({ ...mapping, id: String(id) })),
  });
}
