/** Clients that call a server at the same time: each sends its next call when the last one is answered. */
import { Agent, request } from 'node:http';

export interface Load {
  /** Calls per second. */
  readonly rate: number;
  /** Milliseconds within which half of the calls were answered. */
  readonly p50: number;
  /** Milliseconds within which 99 of 100 calls were answered. */
  readonly p99: number;
}

export interface Measured extends Load {
  /** Calls that were sent, counted or not. */
  readonly sent: number;
  /** The share of a core that this process has used. */
  readonly clientCpu: number;
}

/** Calls of the first moments are not counted: connections are opened then. */
const LEAD_IN_MILLISECONDS = 500;

function post(url: URL, agent: Agent, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        agent,
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => (text += part));
        response.on('end', () => resolve(text));
        response.on('error', reject);
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

/** The value below which a part of the sorted values lie. */
export const quantile = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;

export interface LoadOptions {
  readonly url: string;
  readonly clients: number;
  readonly seconds: number;
  readonly bodyOf: (call: number) => string;
  /** Whether the answer says that the call did what it should. */
  readonly isGood: (answer: string) => boolean;
}

/** Throws an Error for an answer that is not good. */
export async function measureLoad({ url, clients, seconds, bodyOf, isGood }: LoadOptions): Promise<Measured> {
  const address = new URL(`${url}/graphql`);
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const times: number[] = [];
  let inTime = 0;
  let sent = 0;
  const [started, cpuBefore] = [performance.now(), process.cpuUsage()];
  const counted = started + LEAD_IN_MILLISECONDS;
  const end = counted + seconds * 1000;
  const client = async (): Promise<void> => {
    while (performance.now() < end) {
      const asked = performance.now();
      const answer = await post(address, agent, bodyOf(sent++));
      const answered = performance.now();
      if (!isGood(answer)) throw new Error(`a call was answered with ${answer}`);
      // The slowest calls are answered after the end: without them, p99 would be too good.
      if (answered >= counted) times.push(answered - asked);
      if (answered >= counted && answered <= end) inTime += 1;
    }
  };
  try {
    await Promise.all(Array.from({ length: clients }, client));
  } finally {
    agent.destroy();
  }
  const { user, system } = process.cpuUsage(cpuBefore);
  times.sort((a, b) => a - b);
  return {
    rate: inTime / seconds,
    p50: quantile(times, 0.5),
    p99: quantile(times, 0.99),
    sent,
    clientCpu: (user + system) / 1000 / (performance.now() - started),
  };
}
