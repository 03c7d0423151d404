/**
 * Checks that every rule is tested. test/rules.json contains for each rule `scenario`, the file of its test, or `later` if the rule is not built. A
 * new rule without a scenario or a test fails here.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { NAMES, scenarioOf } from './support/scenarios';

const RULES = JSON.parse(readFileSync(join(__dirname, 'rules.json'), 'utf8')) as Record<string, string>;
const SHARED = join(__dirname, '../../shared/semantics.md');
const RULE = /\bR\d+[a-z]?\b/g;

/** The files of a path, which is a file or a folder. */
function filesOf(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path).flatMap((name) => filesOf(join(path, name)));
}

const rulesIn = (path: string): Set<string> =>
  new Set(filesOf(path).flatMap((file) => readFileSync(file, 'utf8').match(RULE) ?? []));

const IN_SCENARIOS = new Set(NAMES.flatMap((name) => scenarioOf(name).rules.match(RULE) ?? []));

describe('each rule', () => {
  it.each(Object.entries(RULES).filter(([, shown]) => shown !== 'later'))('%s is shown by %s', (rule, shown) => {
    expect(shown === 'scenario' ? IN_SCENARIOS : rulesIn(join(__dirname, shown))).toContain(rule);
  });

  it('that the code names is listed, and built', () => {
    const named = [...rulesIn(join(__dirname, '../src'))];
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter((rule) => (RULES[rule] ?? 'later') === 'later')).toEqual([]);
  });

  (existsSync(SHARED) ? it : it.skip)('that was agreed is listed', () => {
    const agreed = readFileSync(SHARED, 'utf8').matchAll(/^\s*- \*\*(R\d+[a-z]?)\*\*/gm);
    expect([...agreed].map(([, rule]) => rule)).toEqual(Object.keys(RULES));
  });
});
