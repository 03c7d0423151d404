/** Who uses the playground: a token, whom the server takes its caller for, and why it refuses the token. */
import { type Example, readExamples } from './examples';
import { send, whenRefused } from './fetcher';
import { removeAccess, storeAccess, storedAccess } from './storedAccess';

export interface Viewer {
  readonly name: string;
  readonly scopes: readonly string[];
}

export interface AccessState {
  readonly hasToken: boolean;
  /** Null: not known, or not let in. */
  readonly viewer: Viewer | null;
  /** A sentence of the server, or about it. */
  readonly problem: string | null;
  /** How often requests were refused. */
  readonly refusals: number;
  /** Examples to exchange, since the caller has changed. */
  readonly exchange: { readonly from: readonly Example[]; readonly to: readonly Example[] } | null;
}

const VIEWER = 'query PlaygroundViewer { viewer { name scopes } }';
const TOKEN_NEEDED = 'This server requires a token.';

interface ViewerAnswer {
  readonly data?: { readonly viewer: Viewer } | null;
  readonly errors?: readonly { readonly message: string }[];
}

/** The caller as the server sees it, or why there is none. */
async function whoAmI(headers?: Record<string, string>): Promise<Viewer | string> {
  const { data, errors } = (await send({ query: VIEWER }, headers)) as ViewerAnswer;
  return data?.viewer ?? errors?.[0]?.message ?? 'The server did not say who you are.';
}

/** The state of the page's access, which React components subscribe to. */
export class Access {
  private state: AccessState;
  private readonly listeners = new Set<() => void>();
  private isAsking = false;

  /** `examples`: what the page began with. */
  constructor(private readonly examples: readonly Example[]) {
    this.state = { hasToken: storedAccess() !== null, viewer: null, problem: null, refusals: 0, exchange: null };
    whenRefused((message) => {
      const { hasToken, refusals } = this.state;
      this.update({ viewer: null, problem: hasToken ? message : TOKEN_NEEDED, refusals: refusals + 1 });
    });
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly current = (): AccessState => this.state;

  /** Asks who the caller is, with the stored token or without one. */
  async recognise(): Promise<void> {
    const answer = await whoAmI();
    if (typeof answer !== 'string') this.update({ viewer: answer, problem: null });
    // A refusal has told its problem already.
    else this.update({ problem: this.state.problem ?? answer });
  }

  /** Stores a token if the server accepts it. Returns whether it does. */
  async use(text: string): Promise<boolean> {
    if (this.isAsking) return false;
    this.isAsking = true;
    try {
      const token = text.trim().replace(/^Bearer\s+/i, '');
      const answer = await whoAmI({ authorization: `Bearer ${token}` });
      if (typeof answer === 'string') {
        this.update({ problem: answer });
        return false;
      }
      const to = (await readExamples(token)) ?? this.examples;
      const from = this.knownExamples();
      storeAccess({ token, examples: to });
      this.update({ hasToken: true, viewer: answer, problem: null, exchange: { from, to } });
      return true;
    } finally {
      this.isAsking = false;
    }
  }

  async forget(): Promise<void> {
    const from = this.knownExamples();
    removeAccess();
    this.update({ hasToken: false, viewer: null, problem: null, exchange: { from, to: this.examples } });
    await this.recognise();
  }

  private knownExamples(): readonly Example[] {
    return [...this.examples, ...(storedAccess()?.examples ?? [])];
  }

  private update(changes: Partial<AccessState>): void {
    this.state = { ...this.state, ...changes };
    for (const listener of this.listeners) listener();
  }
}
