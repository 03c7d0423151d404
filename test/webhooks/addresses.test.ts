/** Deliveries go to no private address, whichever way it is named. */
import type { lookup } from 'node:dns';
import { isPublicAddress } from '../../src/publicAddress';
import { webhookUrl } from '../../src/records';
import { post, type PostOptions } from '../../src/server/webhooks/post';
import { startReceiver } from '../support/receiver';

const PRIVATE = [
  '127.0.0.1', '127.255.255.254', '10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.0.1', '169.254.169.254', '0.0.0.0',
  '0.1.2.3', '100.64.0.1', '192.0.0.8', '192.0.2.1', '198.18.0.1', '198.51.100.1', '203.0.113.1', '224.0.0.1', '240.0.0.1',
  '255.255.255.255', '::1', '::', '::7f00:1', '::2', '::ffff:127.0.0.1', '::ffff:10.0.0.1', '::ffff:a9fe:a9fe', 'fe80::1',
  'fe80::1%eth0', 'febf::1', 'fec0::1', 'fc00::1', 'fdff::1', 'ff02::1', '64:ff9b::7f00:1', '64:ff9b:1::1', '2002:7f00:1::',
  '2001::1', '2001:db8::1', '3fff::1', '100::1', '4000::1', 'localhost', '',
]; // prettier-ignore
const PUBLIC = ['8.8.8.8', '172.32.0.1', '192.167.0.1', '100.128.0.1', '::ffff:8.8.8.8', '2606:4700::1', '2a00:1450:4001::1']; // prettier-ignore

it.each(PRIVATE)('%s is private', (address) => expect(isPublicAddress(address)).toBe(false));
it.each(PUBLIC)('%s is public', (address) => expect(isPublicAddress(address)).toBe(true));

describe('the URL of a webhook', () => {
  it.each([
    ['https://example.com/hooks?key=1#part', 'https://example.com/hooks?key=1'],
    [' https://EXAMPLE.com ', 'https://example.com/'],
    ['https://8.8.8.8/', 'https://8.8.8.8/'],
  ])('may be %s', (given, stored) => expect(webhookUrl(given, false)).toBe(stored));

  it.each([
    ['http://example.com/', /must begin with https/],
    ['ftp://example.com/', /must begin with https/],
    ['file:///etc/passwd', /must begin with https/],
    ['example.com', /must be like https/],
    ['https://user:pass@example.com/', /must not contain a user or a password\.$/],
    ['https://127.0.0.1/', /private address 127\.0\.0\.1/],
    ['https://0x7f.1/', /private address 127\.0\.0\.1/],
    ['https://2130706433/', /private address 127\.0\.0\.1/],
    ['https://017700000001/', /private address 127\.0\.0\.1/],
    ['https://[::1]/', /private address ::1/],
    ['https://[::ffff:169.254.169.254]/', /private address ::ffff:a9fe:a9fe/],
    ['https://169.254.169.254/latest/meta-data/', /private address 169\.254\.169\.254/],
    [`https://example.com/${'a'.repeat(2000)}`, /at most 2000 characters/],
  ])('must not be %s', (given, message) => expect(() => webhookUrl(given, false)).toThrow(message));

  it('may be a private one if the setting allows it, but no other scheme', () => {
    expect(webhookUrl('http://127.0.0.1:8080/x', true)).toBe('http://127.0.0.1:8080/x');
    expect(() => webhookUrl('ftp://127.0.0.1/', true)).toThrow(/must begin with https/);
  });
});

describe('a request', () => {
  const options = (given: Partial<PostOptions> = {}): PostOptions => ({
    headers: {},
    body: '{}',
    allowsPrivate: false,
    timeoutSeconds: 5,
    signal: new AbortController().signal,
    ...given,
  });
  /** A name server with one answer after another. */
  const answers = (...lists: readonly string[][]): { lookup: typeof lookup; asked: string[] } => {
    const asked: string[] = [];
    const find = (host: string, _options: unknown, callback: (error: null, found: object[]) => void): void => {
      const list = lists[Math.min(asked.length, lists.length - 1)] ?? [];
      asked.push(host);
      callback(null, list.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))); // prettier-ignore
    };
    return { lookup: find as unknown as typeof lookup, asked };
  };

  it.each([
    ['https://127.0.0.1:PORT/', '127.0.0.1'],
    ['https://2130706433:PORT/', '127.0.0.1'],
    ['https://[::ffff:7f00:1]:PORT/', '::ffff:7f00:1'],
    ['https://localhost:PORT/', '(?:127\\.0\\.0\\.1|::1) of localhost'],
  ])('to %s is not made', async (url, address) => {
    const receiver = await startReceiver();
    try {
      await expect(post(url.replace('PORT', String(receiver.port)), options())).rejects.toThrow(
        new RegExp(`^The address ${address} is private`),
      );
      expect(receiver.received).toEqual([]);
    } finally {
      await receiver.stop();
    }
  });

  it('is not made if one of the addresses of the name is private', async () => {
    const { lookup } = answers(['8.8.8.8', '10.0.0.7']);
    await expect(post('https://rebind.example/', options({ lookup }))).rejects.toThrow(
      'The address 10.0.0.7 of rebind.example is private. NSYNC_WEBHOOK_PRIVATE=1 allows it.',
    );
  });

  it('connects to the address that was checked: the name is looked up once', async () => {
    const { lookup, asked } = answers(['192.0.2.1'], ['127.0.0.1']);
    await expect(post('https://rebind.example/', options({ lookup, timeoutSeconds: 1 }))).rejects.toThrow(/192\.0\.2\.1 of rebind/); // prettier-ignore
    expect(asked).toEqual(['rebind.example']);
  });

  it('by http is not made', async () => {
    await expect(post('http://example.com/', options())).rejects.toThrow(/does not begin with https/);
  });

  it('follows no redirect, and reads no answer', async () => {
    const receiver = await startReceiver(() => 302);
    try {
      expect(await post(receiver.url, options({ allowsPrivate: true }))).toBe(302);
      expect(receiver.received.map(({ path }) => path)).toEqual(['/hook']);
    } finally {
      await receiver.stop();
    }
  });

  it('ends if there is no answer in time, or if it is given up', async () => {
    const receiver = await startReceiver(() => null);
    const giveUp = new AbortController();
    try {
      await expect(post(receiver.url, options({ allowsPrivate: true, timeoutSeconds: 1 }))).rejects.toThrow(
        'There was no answer within 1 seconds.',
      );
      const given = post(receiver.url, options({ allowsPrivate: true, signal: giveUp.signal }));
      setTimeout(() => giveUp.abort(), 50);
      await expect(given).rejects.toThrow(/abort/i);
    } finally {
      await receiver.stop();
    }
  });
});
