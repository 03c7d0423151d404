/** The versions of Node.js that the package promises to run on, from npm: their packages contain the program itself. */
const { execFileSync } = require('node:child_process');
const { join } = require('node:path');

/** The oldest version of `engines`, and a version of each later line with long-term support. */
const VERSIONS = ['20.19.0', '22.23.5', '24.22.3'];

/** Installs the versions into a folder; returns the path of each program. */
exports.installNodes = (folder) => {
  const platform = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const packages = VERSIONS.map((version) => `node-${version}@npm:${platform}@${version}`);
  const quietly = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
  execFileSync('npm', ['install', '--prefix', folder, ...quietly, ...packages], { stdio: 'inherit' });
  return VERSIONS.map((version) => ({
    version,
    node: join(folder, 'node_modules', `node-${version}`, 'bin', process.platform === 'win32' ? 'node.exe' : 'node'),
  }));
};
