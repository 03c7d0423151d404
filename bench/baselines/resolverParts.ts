/** What the hand-written resolvers of all databases share. */
import type { Person } from '../persons';

export interface PersonCall {
  readonly system: string;
  /** The system's key of the person. */
  readonly key: string;
  readonly person: Person;
}

export interface SyncedPerson {
  readonly id: number;
  readonly status: 'CREATED' | 'UPDATED' | 'UNCHANGED';
}

export type SyncPerson = (call: PersonCall) => Promise<SyncedPerson>;

/** A person in the database, found by its mapping or else by its employee id. */
export interface FoundPerson extends Person {
  readonly id: number;
  /** Whether the key's mapping points to this person (1). */
  readonly mapped: number;
}

/** The mapping decides: it wins over the employee id. */
export const preferred = (found: readonly FoundPerson[]): FoundPerson | undefined =>
  found.find(({ mapped }) => mapped) ?? found[0];

export const differs = (found: FoundPerson, person: Person): boolean =>
  found.employee_id !== person.employee_id ||
  found.first_name !== person.first_name ||
  found.last_name !== person.last_name ||
  found.age !== person.age ||
  found.hair_colour !== person.hair_colour;

/** Values of a person in the order of the statements' columns. */
export const valuesOf = (p: Person): (string | number)[] => [
  p.employee_id,
  p.first_name,
  p.last_name,
  p.age,
  p.hair_colour,
];

/** Ids of external systems, queried once each. */
export class SystemIds {
  private readonly ids = new Map<string, number>();

  constructor(private readonly find: (name: string) => Promise<number>) {}

  async of(name: string): Promise<number> {
    const known = this.ids.get(name);
    if (known !== undefined) return known;
    const id = await this.find(name);
    this.ids.set(name, id);
    return id;
  }

  /** For a system that has been removed. */
  forget(): void {
    this.ids.clear();
  }
}

const MOST_ATTEMPTS = 10;

/** Does the work again after an error that another call has caused. */
export async function retrying<T>(work: () => Promise<T>, isRetried: (error: unknown) => boolean): Promise<T> {
  for (let attempt = 1; ; attempt += 1)
    try {
      return await work();
    } catch (error) {
      if (attempt === MOST_ATTEMPTS || !isRetried(error)) throw error;
    }
}
