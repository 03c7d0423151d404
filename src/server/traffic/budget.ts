/** What a server has only so much of, shared by all requests that it works on: bytes, files, runs. */
import type { RateLimited } from '../../errors';

export class Budget {
  private used = 0;

  constructor(
    /** 0: no limit. */
    private readonly most: number,
    private readonly refusal: () => RateLimited,
  ) {}

  /** Takes some, and returns a function that gives it back, once. Throws RateLimited. */
  take(amount: number): () => void {
    const share = this.share();
    share.take(amount);
    return share.giveBack;
  }

  /** What grows until all of it is given back at once. */
  share(): BudgetShare {
    let taken = 0;
    return {
      take: (amount) => {
        this.use(amount);
        taken += amount;
      },
      giveBack: () => {
        this.used -= taken;
        taken = 0;
      },
    };
  }

  /** The first one gets what it asks for, so that nothing is refused for ever. */
  private use(amount: number): void {
    if (this.most > 0 && this.used > 0 && this.used + amount > this.most) throw this.refusal();
    this.used += amount;
  }
}

export interface BudgetShare {
  /** Throws RateLimited. */
  readonly take: (amount: number) => void;
  readonly giveBack: () => void;
}
