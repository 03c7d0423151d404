/** The commands that docs/deploy.md shows. */
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { ROOT } = require('./images');

const PAGE = readFileSync(join(ROOT, 'docs/deploy.md'), 'utf8');

/** The `sh` blocks below a heading, in order. */
function commandsOf(heading) {
  const section = PAGE.split(/^## /m).find((part) => part.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`docs/deploy.md has no section "${heading}"`);
  return [...section.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, text]) => text);
}

/** The one of these blocks that contains a text. */
function commandWith(heading, text) {
  const found = commandsOf(heading).filter((block) => block.includes(text));
  if (found.length !== 1) throw new Error(`docs/deploy.md shows "${text}" ${found.length} times below "${heading}"`);
  return found[0];
}

module.exports = { commandWith };
