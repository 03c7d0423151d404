/** Fails if a package that users get has a known vulnerability. A registry without this service is told, and is no failure. */
const { spawnSync } = require('node:child_process');

const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], { encoding: 'utf8' });
const { metadata, vulnerabilities, message } = JSON.parse(stdout);
if (!metadata) {
  process.stdout.write(`npm audit: not checked. The registry answers: ${message}\n`);
} else if (metadata.vulnerabilities.total > 0) {
  process.stderr.write(`npm audit: ${Object.keys(vulnerabilities).join(', ')}\n`);
  process.exitCode = 1;
} else process.stdout.write('npm audit: no vulnerabilities\n');
