/**
 * `npm run sbom`: what users get, as an SBOM. `npm sbom --omit=dev` also leaves out packages of users that development uses, too
 * (npm 11.19). So the packages of users are selected here, by the lock file. Fails if one of them is missing.
 */
const { execFileSync } = require('node:child_process');
const { join } = require('node:path');
const { name } = require('../../package.json');
const { packages } = require('../../package-lock.json');

/** The packages of users by the lock file: `pkg:npm/express@5.3.0`. */
const lockedPackages = () =>
  Object.entries(packages)
    .filter(([path, { dev, devOptional }]) => path !== '' && !dev && !devOptional)
    .map(([path, { version }]) => `pkg:npm/${path.split('node_modules/').at(-1)}@${version}`);

const args = ['sbom', '--package-lock-only', '--sbom-format', 'cyclonedx'];
const options = { cwd: join(__dirname, '../..'), encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 };
const { metadata, components, dependencies, ...sbom } = JSON.parse(execFileSync('npm', args, options));

const purlOf = ({ purl }) => decodeURIComponent(purl);
const locked = new Set(lockedPackages());
const kept = components.filter((component) => locked.has(purlOf(component)));
const found = new Set(kept.map(purlOf));
const missing = [...locked].filter((purl) => !found.has(purl));
if (missing.length > 0) throw new Error(`the SBOM lacks ${missing.join(', ')}`);

// npm names it for the folder.
const component = { ...metadata.component, name };
const refs = new Set([component['bom-ref'], ...kept.map((one) => one['bom-ref'])]);
const ofKept = dependencies
  .filter(({ ref }) => refs.has(ref))
  .map((one) => ({ ...one, dependsOn: one.dependsOn.filter((ref) => refs.has(ref)) }));
const whole = { ...sbom, metadata: { ...metadata, component }, components: kept, dependencies: ofKept };
process.stdout.write(`${JSON.stringify(whole, null, 2)}\n`);
