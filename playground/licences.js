/** The packages whose code is in a bundle, and the texts of their licences. */
const { existsSync, readdirSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

const PACKAGE = /^((?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+)\//;

/** Paths such as `node_modules/react`, of the inputs of esbuild. */
exports.packagesOf = (inputs) => [
  ...new Set(inputs.map((path) => PACKAGE.exec(path)?.[1]).filter((path) => path !== undefined)),
].sort(); // prettier-ignore

/** What a package says of its licence, in the words of its own files. */
function noticeOf(root, path) {
  const folder = join(root, path);
  const { name, version, license, author } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const texts = readdirSync(folder)
    .filter((file) => /^(?:licen[cs]e|copying|notice)/i.test(file) && existsSync(join(folder, file)))
    .map((file) => readFileSync(join(folder, file), 'utf8').trim());
  const by = typeof author === 'string' ? author : author?.name;
  return [`${name} ${version}`, `Licence: ${license}`, ...(texts.length > 0 ? texts : [`Author: ${by ?? name}`])].join(
    '\n\n',
  );
}

/** The notices of packages, one after another. */
exports.noticesOf = (root, packages) =>
  `${packages.map((path) => noticeOf(root, path)).join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
