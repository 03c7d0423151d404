/**
 * Bundles the playground into dist/playground: files named by their content, each also packed for browsers, and a
 * manifest of them. Does nothing if its sources are those of the last build.
 */
const { createHash } = require('node:crypto');
const { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const { basename, join } = require('node:path');
const { promisify } = require('node:util');
const { brotliCompress, constants, gzip } = require('node:zlib');
const { noticesOf, packagesOf } = require('./licences');

const ROOT = join(__dirname, '..');
const OUT = join(ROOT, 'dist', 'playground');
const FILES = join(OUT, 'files');
const MANIFEST = join(OUT, 'manifest.json');
const ENTRIES = {
  main: './playground/main.tsx',
  editor: 'monaco-editor/esm/vs/editor/editor.worker.js',
  json: 'monaco-editor/esm/vs/language/json/json.worker.js',
  graphql: 'monaco-graphql/esm/graphql.worker.js',
};
const LICENCES = join(OUT, 'licences.txt');
const STYLE = './playground/style.css';

/** Of all that the bundle is made of: our own files, the schema, and the versions of the packages. */
function sourcesHash() {
  const own = readdirSync(__dirname).sort();
  const files = [
    ...own.map((name) => join(__dirname, name)),
    ...['schema/schema.graphql', 'package-lock.json'].map((name) => join(ROOT, name)),
  ];
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(file));
  return hash.digest('hex');
}

const lastHash = () => (existsSync(MANIFEST) ? JSON.parse(readFileSync(MANIFEST, 'utf8')).sources : null);

async function bundle() {
  const { build } = require('esbuild');
  const shared = {
    bundle: true,
    minify: true,
    outdir: FILES,
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    metafile: true,
    write: false,
    target: 'es2022',
    logLevel: 'warning',
    absWorkingDir: ROOT,
  };
  const scripts = await build({
    ...shared,
    entryPoints: ENTRIES,
    format: 'esm',
    splitting: true,
    jsx: 'automatic',
    // GraphiQL makes the titles of its icons from the names of its functions.
    keepNames: true,
    // Styles are one file, below.
    loader: { '.css': 'empty', '.ttf': 'empty', '.graphql': 'text' },
    alias: { 'framer-motion': join(__dirname, 'motion.tsx') },
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  const styles = await build({ ...shared, entryPoints: { style: STYLE } });
  return {
    files: [...scripts.outputFiles, ...styles.outputFiles],
    outputs: { ...scripts.metafile.outputs, ...styles.metafile.outputs },
    packages: packagesOf([scripts, styles].flatMap(({ metafile }) => Object.keys(metafile.inputs))),
  };
}

/** Writes a file, and what browsers are sent of it. */
async function writePacked({ path, contents }) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: contents.length };
  const [brotli, gzipped] = await Promise.all([
    promisify(brotliCompress)(contents, { params }),
    promisify(gzip)(contents, { level: 9 }),
  ]);
  writeFileSync(path, contents);
  writeFileSync(`${path}.br`, brotli);
  writeFileSync(`${path}.gz`, gzipped);
}

async function main() {
  const sources = sourcesHash();
  if (lastHash() === sources) return;
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(FILES, { recursive: true });
  const { files, outputs, packages } = await bundle();
  await Promise.all(files.map(writePacked));
  const nameOf = (source) =>
    basename(Object.keys(outputs).find((path) => outputs[path].entryPoint?.endsWith(source.replace('./', ''))));
  const { main: script, ...workers } = Object.fromEntries(
    Object.entries(ENTRIES).map(([name, source]) => [name, nameOf(source)]),
  );
  writeFileSync(LICENCES, noticesOf(ROOT, packages));
  // Last: a build that is broken off begins anew.
  writeFileSync(MANIFEST, `${JSON.stringify({ sources, script, style: nameOf(STYLE), workers, packages }, null, 2)}\n`);
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
