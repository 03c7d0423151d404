/** What there is while the rules act: objects, links and mappings, as arrays. */
import { FIRST_ID, type ModelSpec, type Schema } from '../schema';
import type { Start, Value } from '../start';
import { asTriggered } from './values';

export interface Thing {
  readonly id: number;
  readonly values: Record<string, Value>;
}

/** Ids on the two sides of a link. */
export type Pair = [one: number, other: number];

export interface Mapping {
  readonly system: string;
  readonly model: string;
  readonly key: string;
  id: number;
}

/** What a failure takes back. */
interface State {
  readonly things: Map<string, Thing[]>;
  readonly links: Map<string, Pair[]>;
  mappings: Mapping[];
  /** The next id. A number that was given away is never given again. */
  next: number;
}

/** Objects of a model. */
interface Some {
  readonly model: string;
  readonly ids: ReadonlySet<number>;
}

const NOBODY: Some = { model: '', ids: new Set() };

const stateOf = (schema: Schema, { objects, links, mappings }: Start): State => ({
  things: new Map(
    schema.models.map((model) => [
      model.name,
      (objects.get(model.name) ?? []).map(({ id, values }) => ({ id, values: triggered(model, values) })),
    ]),
  ),
  links: new Map(
    schema.links.map(({ table }) => [table, (links.get(table) ?? []).map(([one, other]) => [one, other])]),
  ),
  mappings: mappings.map((mapping) => ({ ...mapping })),
  next: FIRST_ID,
});

const triggered = (model: ModelSpec, values: Readonly<Record<string, Value>>): Record<string, Value> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, asTriggered(model, name, value)]));

export class World {
  private state: State;
  /** R17b: objects that are about to give up their unique values. */
  leaving = NOBODY;
  /** How many objects have been merged. */
  merges = 0;

  /** `meet` is told what rarely happens. */
  constructor(
    readonly schema: Schema,
    start: Start,
    readonly meet: (what: string) => void,
  ) {
    this.state = stateOf(schema, start);
  }

  get next(): number {
    return this.state.next;
  }

  get mappings(): Mapping[] {
    return this.state.mappings;
  }

  set mappings(mappings: Mapping[]) {
    this.state.mappings = mappings;
  }

  modelNamed(name: string): ModelSpec {
    return this.schema.models.find((model) => model.name === name) as ModelSpec;
  }

  modelAt(place: number): ModelSpec {
    return this.schema.models[place] as ModelSpec;
  }

  placeOf(model: ModelSpec): number {
    return this.schema.models.indexOf(model);
  }

  things({ name }: ModelSpec): Thing[] {
    return this.state.things.get(name) as Thing[];
  }

  pairs(table: string): Pair[] {
    return this.state.links.get(table) as Pair[];
  }

  setPairs(table: string, pairs: Pair[]): void {
    this.state.links.set(table, pairs);
  }

  newThing(): Thing {
    return { id: this.state.next++, values: {} };
  }

  /** Returns what restores the present state. */
  save(): () => void {
    const saved = structuredClone(this.state);
    return () => {
      const { next } = this.state;
      this.state = saved;
      this.state.next = next;
    };
  }

  /** Does something while some objects are about to give up their unique values (R17b). */
  whileLeaving<T>(some: Some, work: () => T): T {
    this.leaving = some;
    try {
      return work();
    } finally {
      this.leaving = NOBODY;
    }
  }
}
