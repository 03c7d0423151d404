// The client alone loads nothing but itself.
const { strict: assert } = require('node:assert');
const { NsyncClient, NsyncError } = require('graphql-nsync/client');

const loaded = Object.keys(require.cache).filter(
  (path) =>
    !/graphql-nsync.dist.src.(client|(arguments|emptyRecord|jsonValues|nearest|shown|spellings|wording)\.js)/.test(
      path,
    ),
);
assert.deepEqual(loaded, [__filename]);

async function main() {
  const esm = await import('graphql-nsync/client');
  assert.equal(esm.NsyncClient, NsyncClient);
  const client = new NsyncClient({ url: 'http://127.0.0.1:9/graphql', retries: 0 });
  await assert.rejects(client.limits(), (error) => error instanceof NsyncError && error.code === 'NETWORK_ERROR');
  console.log('client: ok');
}

void main();
