/** Labels whose values come from clients. Only the first values get labels of their own, so that the number of labels has a limit. */

const OTHER = 'other';

/** The most pairs of system and model with labels of their own. */
export const MOST_SOURCES = 200;

export class BoundedValues {
  private readonly known = new Set<string>();

  constructor(private readonly most: number) {}

  /** The value, if it is among the first ones. Otherwise `other`. */
  of(value: string): string {
    if (this.known.has(value)) return value;
    if (this.known.size >= this.most) return OTHER;
    this.known.add(value);
    return value;
  }
}

export interface SourceLabels {
  readonly system: string;
  readonly model: string;
}

const SEVERAL = 'several';

/** The value if all are equal. Otherwise `several`. */
const common = (values: readonly string[]): string => (new Set(values).size === 1 ? (values[0] ?? SEVERAL) : SEVERAL);

export class BoundedSources {
  private readonly pairs = new BoundedValues(MOST_SOURCES);

  of({ system, model }: SourceLabels): SourceLabels {
    return this.pairs.of(JSON.stringify([system, model])) === OTHER
      ? { system: OTHER, model: OTHER }
      : { system, model };
  }

  /** The common system and model of a run's sources. */
  ofAll(sources: readonly SourceLabels[]): SourceLabels {
    return this.of({
      system: common(sources.map(({ system }) => system)),
      model: common(sources.map(({ model }) => model)),
    });
  }
}
