/** A limited amount that all requests of a server share: bytes, files or runs. */
import type { RateLimited } from '../../errors';

export class Budget {
  private used = 0;

  constructor(
    /** 0: no limit. */
    private readonly most: number,
    private readonly refusal: () => RateLimited,
  ) {}

  /** Takes an amount. Returns a function that frees the amount; further calls do nothing. Throws RateLimited. */
  take(amount: number): () => void {
    const share = this.share();
    share.take(amount);
    return share.giveBack;
  }

  /** A share that may grow. `giveBack` frees all of it at once. */
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

  /** The first request may take any amount, so that no request is refused forever. */
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
