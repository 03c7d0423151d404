/** Requests through proxies: which proxies the server trusts for a client's address. No remote client is treated as local. */
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { trustProxies } from '../../src/server/proxies';
import { DATABASES } from '../support/databases';
import { serve } from '../support/server';

it.each<[string[], string, string]>([
  [[], '203.0.113.9', '127.0.0.1'],
  [['192.0.2.1'], '203.0.113.9', '127.0.0.1'],
  [['loopback'], '203.0.113.9', '203.0.113.9'],
  [['127.0.0.1'], '10.9.9.9, 203.0.113.9', '203.0.113.9'],
  [['loopback', '10.0.0.0/8'], '192.0.2.66, 203.0.113.9, 10.1.2.3', '203.0.113.9'],
])('with the proxies %j, and X-Forwarded-For %s, the client is %s', async (proxies, forwarded, client) => {
  const app = express();
  trustProxies(app, proxies);
  app.get('/', (request, response) => void response.send(request.ip?.replace('::ffff:', '')));
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}/`, { headers: { 'x-forwarded-for': forwarded } });
  expect(await response.text()).toBe(client);
  server.closeAllConnections();
  server.close();
});

/** Uses node:http, because fetch sets Host itself. */
const statusOf = (url: string, headers: Readonly<Record<string, string>>): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const sent = request(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
    });
    sent.on('response', (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.on('error', reject);
    sent.end('{"query": "{ limits { pageSize } }"}');
  });

describe('without any token, a server on loopback', () => {
  const NAME = 'nsync.example.com';
  const REQUESTS: readonly (readonly [string, Record<string, string>])[] = [
    ['under the name of a proxy', { host: NAME }],
    ['with X-Forwarded-For', { 'x-forwarded-for': '127.0.0.1' }],
    ['with X-Forwarded-Proto', { 'x-forwarded-proto': 'https' }],
    ['with X-Real-IP', { 'x-real-ip': '127.0.0.1' }],
    ['with Forwarded', { forwarded: 'for=127.0.0.1' }],
    ['with Via', { via: '1.1 proxy' }],
  ];

  it.each([
    ['asks for a token', {}, 401],
    ['admits everyone with NSYNC_INSECURE=1', { NSYNC_INSECURE: '1' }, 200],
  ])('%s if the request came by way of a proxy', async (_what, environment, status) => {
    const server = await serve(DATABASES[0]!, { environment: { NSYNC_ALLOWED_HOSTS: NAME, ...environment } });
    try {
      expect(await statusOf(server.url, {})).toBe(200);
      expect(await statusOf(server.url, { host: 'localhost:4000' })).toBe(200);
      for (const [how, headers] of REQUESTS) expect([how, await statusOf(server.url, headers)]).toEqual([how, status]);
    } finally {
      await server.stop();
    }
  });
});
