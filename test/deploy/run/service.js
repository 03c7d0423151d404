/** What a deployment must do, wherever it runs: migrate, refuse to start open, make a token, serve, sync and stop. */
const assert = require('node:assert/strict');
const { request } = require('node:http');
const { createServer } = require('node:net');
const { once } = require('node:events');
const { setTimeout } = require('node:timers/promises');
const containers = require('./containers');

const SECRET = /^nsync_[\w-]{43}\n$/;
/** A person with a number of the HR system. */
const SYNC = `mutation { syncRows(input: { system: "HRSystem", model: "Person", rows: [{ actionFlags: "cu", matchOn: "employee_id", externalKey: "1", values: { employee_id: "EMP1", first_name: "Bruce", last_name: "Wayne" } }] }) { run { status counts { created } } } }`;

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** Asks the server by a Host header of its own, which fetch does not allow. */
async function ask(port, { path, headers = {}, body }) {
  const sent = request({ host: '127.0.0.1', port, path, method: body ? 'POST' : 'GET', headers: { 'content-type': 'application/json', ...headers } }); // prettier-ignore
  sent.end(body && JSON.stringify(body));
  const [response] = await once(sent, 'response');
  let text = '';
  for await (const part of response.setEncoding('utf8')) text += part;
  return { status: response.statusCode, headers: response.headers, text };
}

/** Asks the image's own health check until it is content. */
async function untilHealthy(image, server, container) {
  const [kind, ...command] = image.config.Healthcheck.Test;
  assert.equal(kind, 'CMD');
  for (let tries = 0; server.isRunning() && tries < 100; tries += 1) {
    const { code } = await containers.run(image, { ...container, entrypoint: command, args: [] });
    if (code === 0) return;
    await setTimeout(200);
  }
  throw new Error(`the server is not healthy: ${server.printed.stderr}`);
}

/** A command of nsync in a container; throws if its exit code is another. */
async function command(image, container, args, expected = 0) {
  const ended = await containers.run(image, { ...container, entrypoint: ['nsync'], args });
  assert.equal(ended.code, expected, `nsync ${args.join(' ')}: ${ended.stderr}`);
  return ended;
}

async function makeToken(image, container, name, ...scopes) {
  const allowed = scopes.flatMap((scope) => ['--allow', scope]);
  const { stdout } = await command(image, container, ['token', 'create', name, ...allowed]);
  assert.match(stdout, SECRET);
  return stdout.trim();
}

/** Asks as a load balancer, a stranger and a client would. */
async function assertServes(port, token, probes) {
  for (const { path } of probes) {
    // Kubernetes asks by the address of the pod.
    const { status, text } = await ask(port, { path, headers: { host: `10.1.2.3:${port}` } });
    assert.deepEqual({ path, status, text: JSON.parse(text) }, { path, status: 200, text: { status: 'ok' } });
  }
  const graphql = { path: '/graphql', body: { query: SYNC } };
  const stranger = await ask(port, graphql);
  assert.equal(stranger.status, 401, stranger.text);
  assert.match(stranger.headers['www-authenticate'], /^Bearer/);
  const client = await ask(port, { ...graphql, headers: { authorization: `Bearer ${token}` } });
  assert.deepEqual(JSON.parse(client.text).data, {
    syncRows: { run: { status: 'COMPLETED', counts: { created: 1 } } },
  });
}

/**
 * Does what a deployment does. `migrate`, `admin` and `server` are containers, `places` are where the server may write,
 * and `use` does more while the server runs.
 */
async function checkDeployment(image, { migrate, admin, server: described, places, probes, use }) {
  const port = await freePort();
  const server = { ...described, env: { ...described.env, PORT: String(port) } };
  const migration = await containers.run(image, migrate);
  assert.equal(migration.code, 0, migration.stderr);
  assert.notEqual(migration.stdout, '');

  const open = await containers.run(image, server);
  assert.equal(open.code, 2, `a server without a token must not start: ${open.stderr}`);
  assert.match(open.stderr, /nsync token create/);

  const token = await makeToken(image, admin, 'admin', 'admin');
  const running = containers.start(image, server);
  try {
    await untilHealthy(image, running, server);
    await assertServes(port, token, probes);
    assert.deepEqual(await containers.writablePlaces(image, server), places);
    await use?.(port);
  } finally {
    const { code, stderr } = await running.stop();
    assert.equal(code, 0, stderr);
  }
}

module.exports = { checkDeployment, command, makeToken };
