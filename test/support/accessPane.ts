/** The playground's pane "Access". */
import type { Locator, Page } from 'playwright-core';

export class AccessPane {
  constructor(private readonly page: Page) {}

  get root(): Locator {
    return this.page.getByRole('region', { name: 'Access' });
  }

  get field(): Locator {
    return this.root.getByLabel('Token');
  }

  get problem(): Locator {
    return this.root.getByRole('alert');
  }

  get caller(): Locator {
    return this.root.getByRole('status');
  }

  button(name: 'Use' | 'Forget'): Locator {
    return this.root.getByRole('button', { name, exact: true });
  }

  async use(token: string): Promise<void> {
    await this.field.fill(token);
    await this.button('Use').click();
  }

  /** Enters a token that the server accepts. */
  async enter(token: string, name: string): Promise<void> {
    await this.use(token);
    await this.caller.getByText(name, { exact: true }).waitFor();
  }
}
