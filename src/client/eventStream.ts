/** Reads server-sent events (HTML standard, 9.2), with line feeds as the only line breaks besides CR LF. */

interface ServerEvent {
  readonly name: string;
  readonly data: string;
}

/** The longest time without any bytes, in milliseconds. The server sends a comment every 12 seconds. */
const LONGEST_SILENCE = 60_000;

const FIELD = /^(event|data): ?(.*)$/;

/** Collects the lines of one event. */
class EventLines {
  private name = '';
  private readonly data: string[] = [];

  /** Takes a line. Returns the event that it ends; null if it ends none. */
  add(line: string): ServerEvent | null {
    if (line === '') return this.end();
    const [, field, value = ''] = FIELD.exec(line) ?? [];
    if (field === 'event') this.name = value;
    if (field === 'data') this.data.push(value);
    return null;
  }

  private end(): ServerEvent | null {
    const event = { name: this.name, data: this.data.splice(0).join('\n') };
    this.name = '';
    return event.name === '' ? null : event;
  }
}

/** The connection was lost, or is silent. */
export class ConnectionLost extends Error {}

/** Resolves like `work`. Throws ConnectionLost if it fails, or after a long silence. */
async function audible<T>(work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new ConnectionLost(`nothing arrived for ${LONGEST_SILENCE / 1000} seconds`)),
      LONGEST_SILENCE,
    );
  });
  try {
    return await Promise.race([work, silence]);
  } catch (error) {
    throw error instanceof ConnectionLost ? error : new ConnectionLost((error as Error).message, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/** Yields the events of a body, and closes its connection when the reader stops. Throws ConnectionLost. */
export async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const event = new EventLines();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await audible(reader.read());
      if (done) return;
      const lines = (rest + decoder.decode(value, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const ended = event.add(line.replace(/\r$/, ''));
        if (ended) yield ended;
      }
    }
  } finally {
    // Rejects if the connection is already lost.
    reader.cancel().catch(() => undefined);
  }
}
