/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/** The playground in Chromium, used with mouse and keyboard. */
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { chromiumPath } from './chromium';

export interface Screen {
  readonly width: number;
  readonly height: number;
}

/** How long a user holds the mouse button. */
const HOLD_MS = 90;

if (chromiumPath === null && !process.env.CI)
  process.stderr.write('The playground is not tried in a browser: there is no Chromium (apt-get install chromium).\n');

/** Tests that require Chromium. CI must have it. */
export const describeInBrowser: jest.Describe = chromiumPath === null && !process.env.CI ? describe.skip : describe;

/** The middle of a visible element after it has stopped moving. Does not scroll. */
async function middleOf(target: Locator): Promise<{ x: number; y: number }> {
  await target.scrollIntoViewIfNeeded();
  const box = await target.boundingBox();
  if (!box) throw new Error(`${String(target)} is not on the screen`);
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

export class PlaygroundPage {
  /** The addresses of the page's requests. */
  readonly asked: string[] = [];
  /** Errors of the page and in its console. */
  readonly complaints: string[] = [];

  private constructor(
    private readonly context: BrowserContext,
    readonly page: Page,
  ) {
    context.on('request', (request) => this.asked.push(request.url()));
    page.on('websocket', (socket) => this.asked.push(socket.url()));
    page.on('pageerror', ({ message }) => this.complaints.push(message));
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text());
    });
  }

  static async open(
    browser: Browser,
    address: string,
    viewport: Screen,
    colorScheme: 'light' | 'dark' = 'light',
  ): Promise<PlaygroundPage> {
    const context = await browser.newContext({ viewport, colorScheme, hasTouch: true });
    const playground = new PlaygroundPage(context, await context.newPage());
    await playground.load(address);
    return playground;
  }

  async load(address: string): Promise<void> {
    await this.page.goto(address);
    await this.page.locator('.graphiql-query-editor .view-line').first().waitFor();
  }

  close(): Promise<void> {
    return this.context.close();
  }

  /** A click like a user's: the mouse arrives from elsewhere, and moves a little while its button is down. */
  async press(target: Locator): Promise<void> {
    const { x, y } = await middleOf(target);
    const { mouse } = this.page;
    await mouse.move(x - 20, y + 60);
    await mouse.move(x, y, { steps: 4 });
    await mouse.down();
    await this.page.waitForTimeout(HOLD_MS);
    await mouse.move(x + 2, y + 1);
    await mouse.up();
  }

  tab(name: string): Locator {
    return this.page.locator('.graphiql-tab-button').getByText(name, { exact: true });
  }

  /** Drags a finger over the tabs to the left. Returns how far they have scrolled. */
  async swipeTabs(): Promise<number> {
    const tabs = this.page.locator('.graphiql-tabs');
    const box = await tabs.boundingBox();
    if (!box) throw new Error('there are no tabs');
    const session = await this.context.newCDPSession(this.page);
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', ...x: number[]): Promise<unknown> =>
      session.send('Input.dispatchTouchEvent', {
        type,
        touchPoints: x.map((each) => ({ x: each, y: box.y + box.height / 2 })),
      });
    await touch('touchStart', box.x + 300);
    for (let x = 290; x > 100; x -= 10) await touch('touchMove', box.x + x);
    await touch('touchEnd');
    await session.detach();
    return tabs.evaluate(({ scrollLeft }) => scrollLeft);
  }

  get runButton(): Locator {
    return this.page.locator('.graphiql-execute-button');
  }

  get hint(): Locator {
    return this.page.locator('.nsync-hint');
  }

  async openTab(name: string): Promise<void> {
    await this.press(this.tab(name));
  }

  /** The names of the tabs, from left to right. */
  tabNames(): Promise<string[]> {
    return this.page.locator('.graphiql-tab-button').allInnerTexts();
  }

  activeTab(): Promise<string> {
    return this.page.locator('.graphiql-tab-active .graphiql-tab-button').innerText();
  }

  async run(): Promise<void> {
    await this.press(this.runButton);
  }

  /** The complete response. The pane itself draws only the visible lines. */
  async answer(): Promise<string> {
    await this.page.waitForFunction(() => {
      const { __MONACO: monaco } = globalThis as unknown as MonacoWindow;
      const answer = monaco.editor.getModels().find(({ uri }) => uri.path.endsWith('response.json'));
      return answer?.getValue() !== '';
    });
    return this.textOf('response.json');
  }

  /** The text of an editor. */
  textOf(file: EditorFile): Promise<string> {
    return this.page.evaluate((name) => {
      const { __MONACO: monaco } = globalThis as unknown as MonacoWindow;
      const found = monaco.editor.getModels().find(({ uri }) => uri.path.endsWith(name));
      return found?.getValue() ?? '';
    }, file);
  }

  /** Replaces the text of an editor like pasting, and sets the cursor to an offset. */
  async write(file: EditorFile, text: string, offset = text.length): Promise<void> {
    await this.page.evaluate(
      ([name, value, at]) => {
        const { __MONACO: monaco } = globalThis as unknown as MonacoWindow;
        const editor = monaco.editor.getEditors().find((each) => each.getModel()?.uri.path.endsWith(name));
        const model = editor?.getModel();
        if (!editor || !model) throw new Error(`there is no editor of ${name}`);
        model.setValue(value);
        editor.setPosition(model.getPositionAt(at));
        editor.focus();
      },
      [file, text, offset] as const,
    );
  }

  /** Whether an element is completely inside the window. */
  async isInWindow(target: Locator): Promise<boolean> {
    const box = await target.boundingBox();
    const window = this.page.viewportSize();
    if (!box || !window) return false;
    const { x, y, width, height } = box;
    return x >= 0 && y >= 0 && x + width <= window.width && y + height <= window.height;
  }

  /** The lines of the operation that exceed their editor, and `(page)` if the page is wider than the window. */
  cutOff(): Promise<string[]> {
    return this.page.evaluate(() => {
      const editor = document.querySelector('.graphiql-query-editor .overflow-guard');
      const edge = editor?.getBoundingClientRect().right ?? 0;
      const lines = [...document.querySelectorAll<HTMLElement>('.graphiql-query-editor .view-line > span')];
      const beyond = lines
        .filter((line) => line.getBoundingClientRect().right > edge)
        .map(({ innerText }) => innerText);
      const isTooWide = document.documentElement.scrollWidth > window.innerWidth;
      return [...(lines.length > 0 ? beyond : ['(nothing is shown)']), ...(isTooWide ? ['(page)'] : [])];
    });
  }

  /** The brightness of the page's background, from 0 to 255. */
  brightness(): Promise<number> {
    return this.page.evaluate(() => {
      const page = document.querySelector('.graphiql-container');
      const colours = page ? getComputedStyle(page).backgroundColor.match(/\d+/g) : null;
      const [red = 0, green = 0, blue = 0] = colours?.map(Number) ?? [];
      return (red + green + blue) / 3;
    });
  }

  /** The problems that an editor underlines. */
  underlined(file: EditorFile): Promise<string[]> {
    return this.page.evaluate((name) => {
      const { __MONACO: monaco } = globalThis as unknown as MonacoWindow;
      return monaco.editor
        .getModelMarkers({})
        .filter(({ resource }) => resource.path.endsWith(name))
        .map(({ message }) => message);
    }, file);
  }
}

export type EditorFile = 'operation.graphql' | 'variables.json' | 'request-headers.json' | 'response.json';

/** The used parts of Monaco, which GraphiQL leaves among the page's globals. */
interface MonacoWindow {
  readonly __MONACO: {
    readonly editor: {
      getModels(): readonly TextModel[];
      getEditors(): readonly { getModel(): TextModel | null; setPosition(at: unknown): void; focus(): void }[];
      getModelMarkers(
        filter: object,
      ): readonly { readonly message: string; readonly resource: { readonly path: string } }[];
    };
  };
}

interface TextModel {
  readonly uri: { readonly path: string };
  getValue(): string;
  setValue(text: string): void;
  getPositionAt(offset: number): unknown;
}
