/** The exit status of `.ci/run`, whatever it began in the background. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from './support/eventually';

const BACKGROUND = join(__dirname, '../.ci/background.sh');

/** Runs lines as `.ci/run` has them. */
const runLines = (lines: string) => {
  const { status, stdout, stderr } = spawnSync(
    'bash',
    ['-c', `set -euo pipefail\nsource "$0"\necho "folder $said"\n${lines}`, BACKGROUND],
    { encoding: 'utf8', timeout: 20_000 },
  );
  return { status, stdout, stderr, folder: /^folder (.+)$/m.exec(stdout)![1]! };
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

it.each([
  ['nothing was begun', 'exit 0', 0],
  ['nothing was begun, and it failed', 'exit 3', 3],
  ['a command failed', 'false\nexit 0', 1],
  ['what was begun has finished', 'meanwhile a echo words\nfinished a\nexit 0', 0],
  ['what was begun has finished, and the tests failed', 'meanwhile a true\nfinished a\nexit 1', 1],
  ['one of two has finished', 'meanwhile a true\nmeanwhile b sleep 60\nfinished a\nexit 0', 0],
  ['something still runs', 'meanwhile a sleep 60\nexit 0', 0],
  ['a command failed while something runs', 'meanwhile a sleep 60\nfalse\nexit 0', 1],
  ['what was begun has ended, and nobody asked', 'meanwhile a true\nsleep 0.2\nexit 0', 0],
  ['what was begun has failed', 'meanwhile a false\nfinished a\nexit 0', 1],
])('%s: the script ends with its own status', (_, lines, expected) => {
  const { status, folder } = runLines(lines);
  expect(status).toBe(expected);
  expect(existsSync(folder)).toBe(false);
});

it('what is begun says its words once it has finished, also why it failed', () => {
  const good = runLines('meanwhile a echo done\necho before\nfinished a');
  expect(good.stdout).toMatch(/before\ndone\n$/);
  const bad = runLines(`meanwhile a bash -c 'echo no disk >&2; exit 4'\nfinished a\necho after`);
  expect(bad).toMatchObject({ status: 1, stderr: 'no disk\n' });
  expect(bad.stdout).not.toContain('after');
});

it('nothing goes on after the end', async () => {
  const { stdout } = runLines('meanwhile a sleep 60\necho "pid ${background[a]}"\nexit 0');
  const pid = Number(/^pid (\d+)$/m.exec(stdout)![1]);
  await eventually('its end', () => !isAlive(pid));
});
