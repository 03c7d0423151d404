/** Labels of metrics whose values clients invent: only the first ones are told apart, so that they do not grow for ever. */

const OTHER = 'other';

/** Systems and models that are told apart, as pairs. */
export const MOST_SOURCES = 200;

export class BoundedValues {
  private readonly known = new Set<string>();

  constructor(private readonly most: number) {}

  /** The value, if it is one of the first; otherwise `other`. */
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

/** The only value, or that there are several. */
const common = (values: readonly string[]): string => (new Set(values).size === 1 ? (values[0] ?? SEVERAL) : SEVERAL);

export class BoundedSources {
  private readonly pairs = new BoundedValues(MOST_SOURCES);

  of({ system, model }: SourceLabels): SourceLabels {
    return this.pairs.of(JSON.stringify([system, model])) === OTHER
      ? { system: OTHER, model: OTHER }
      : { system, model };
  }

  /** Of a run of several sources, what they have in common. */
  ofAll(sources: readonly SourceLabels[]): SourceLabels {
    return this.of({
      system: common(sources.map(({ system }) => system)),
      model: common(sources.map(({ model }) => model)),
    });
  }
}
