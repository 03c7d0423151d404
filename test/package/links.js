/** The links of the package's pages: each file and each heading that a page links to is in the package. */
const { existsSync, readdirSync, readFileSync } = require('node:fs');
const { dirname, join, relative } = require('node:path');

const LINK = /\]\((?!https?:|mailto:)([^)\s]*)\)/g;

const withoutCode = (markdown) => markdown.replace(/^```.*?^```$/gms, '').replace(/`[^`\n]*`/g, '');

/** The anchor that GitHub makes of a heading. */
const anchorOf = (heading) =>
  heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_ -]/gu, '')
    .trim()
    .replaceAll(' ', '-');

const anchorsOf = (path) => {
  const markdown = readFileSync(path, 'utf8').replace(/^```.*?^```$/gms, '');
  return new Set([...markdown.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchorOf(heading)));
};

/** Follows the links from a package's README; returns the pages that were read, and the links that lead nowhere. */
function walkLinks(root) {
  const pages = [join(root, 'README.md')];
  const broken = [];
  for (const page of pages) {
    for (const [, link] of withoutCode(readFileSync(page, 'utf8')).matchAll(LINK)) {
      const [file, anchor] = link.split('#');
      const target = file === '' ? page : join(dirname(page), decodeURI(file));
      const isPage = target.endsWith('.md');
      const leads = existsSync(target) && (anchor === undefined || !isPage || anchorsOf(target).has(anchor));
      if (!leads) broken.push(`${relative(root, page)}: ${link}`);
      else if (isPage && !pages.includes(target)) pages.push(target);
    }
  }
  return { pages: pages.map((page) => relative(root, page)), broken };
}

/** Throws an Error if a link leads nowhere, or if no link leads to a page of the documentation. */
exports.checkLinks = (root) => {
  const { pages, broken } = walkLinks(root);
  if (broken.length > 0) throw new Error(`these links lead to nothing in the package:\n  ${broken.join('\n  ')}`);
  const lost = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md') && !pages.includes(join('docs', name))); // prettier-ignore
  if (lost.length > 0) throw new Error(`no link leads from the README to ${lost.join(', ')}`);
};
