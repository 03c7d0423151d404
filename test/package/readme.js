/** Runs the JavaScript of the installed README, on the demo's server, as the README tells its reader to. */
const { execFile, spawn } = require('node:child_process');
const { mkdirSync, readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { promisify } = require('node:util');

const PACKAGE = join('node_modules', 'graphql-nsync');
const ADDRESS = 'http://127.0.0.1:4000';

/** Named programs, each with what it prints according to the block after it. */
const programsOf = (markdown) =>
  [...markdown.matchAll(/^```js (\S+)\n(.*?)^```\n+```text\n(.*?)^```$/gms)].map(([, name, text, printed]) => ({
    name,
    text,
    printed,
  }));

/** Starts the demo's server; returns its address and how to stop it. */
async function serve(node, cwd) {
  const server = spawn(node, [join(cwd, '..', PACKAGE, 'dist/src/server/main.js')], {
    cwd,
    env: { ...process.env, PORT: '0', LOG_LEVEL: 'warn', DATABASE_URL: '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  for await (const text of server.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    printed += text;
    const [, address] = /GraphQL +(http:\/\/\S+)\/graphql/.exec(printed) ?? [];
    if (address) return { address, stop: () => server.kill() };
  }
  throw new Error(`the server did not start: ${printed}`);
}

/** Throws an Error if a program of the README prints something else than the README says. */
exports.checkReadme = async (node, project) => {
  const markdown = readFileSync(join(project, PACKAGE, 'README.md'), 'utf8');
  const programs = programsOf(markdown);
  const blocks = [...markdown.matchAll(/^```js\b/gm)].length;
  if (programs.length === 0 || programs.length !== blocks)
    throw new Error(`${programs.length} of the README's ${blocks} JavaScript blocks have a name and an output`);
  const folder = join(project, 'readme');
  mkdirSync(folder);
  const { address, stop } = await serve(node, folder);
  try {
    for (const { name, text, printed } of programs) {
      writeFileSync(join(folder, name), text.replaceAll(ADDRESS, address));
      const { stdout, stderr } = await promisify(execFile)(node, [name], { cwd: folder });
      if (stdout !== printed || stderr !== '')
        throw new Error(`${name} of the README prints ${JSON.stringify(stdout + stderr)}`);
    }
  } finally {
    stop();
  }
};
