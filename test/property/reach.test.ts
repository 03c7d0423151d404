/** What random programs reach: a promise that is worth nothing for what they never try. Played by the rules alone. */
import fc from 'fast-check';
import { playByRules } from './naive';
import type { Ending } from './play';
import { type Program, programs } from './program';
import { linkNames, type Schema, schemas } from './schema';

const SCHEMAS = 40;
const PROGRAMS_A_SCHEMA = 15;
const OFTEN = 5;

/** How often each thing was met. */
type Met = Map<string, number>;

const meet = (met: Met, name: string): void => void met.set(name, (met.get(name) ?? 0) + 1);

function kindsOf(schema: Schema): Map<string, Map<string, string>> {
  return new Map(
    schema.models.map(({ name, belongsTo }, index) => {
      const kinds = new Map(
        belongsTo.map((key) => [key.name, `belongs to one${key.target === index ? ' of its own model' : ''}`]),
      );
      for (const key of schema.models.flatMap((model) => model.belongsTo))
        if (key.target === index) kinds.set(key.back, key.backIsOne ? 'has one' : 'has many');
      for (const link of schema.links)
        for (const side of ['one', 'other'] as const)
          if (link[side] === index)
            kinds.set(linkNames(link)[side], link.toOne[side] ? 'has one through' : 'many to many');
      return [name, kinds] as const;
    }),
  );
}

function formOf(path: readonly string[]): string {
  const last = path.at(-1) ?? '';
  const end = last.startsWith('@') || /^[-+=]@/.test(last) ? (last.endsWith('@') ? 'by key' : "by a system's key") : 'by field'; // prettier-ignore
  return path.length > 1 ? `over a hop, ${end}` : end;
}

function meetRow(
  met: Met,
  kinds: ReadonlyMap<string, string>,
  row: Program['calls'][number]['sources'][number]['rows'][number],
) {
  const { actionFlags, matchOn, externalKey, values } = row;
  meet(met, `flags ${JSON.stringify([...(actionFlags ?? '').trim().toLowerCase()].sort().join(''))}`);
  meet(met, externalKey === null ? 'no key' : 'a key');
  for (const token of ['|', '&', '~', '=>@']) if (matchOn?.includes(token)) meet(met, `match ${token}`);
  if (/=>(?!@)/.test(matchOn ?? '')) meet(met, 'match on a reference');
  if (/_id\b/.test(matchOn ?? '')) meet(met, 'match on a foreign key');
  for (const [name, value] of Object.entries(values)) {
    const [relation = '', ...path] = name.split('=>');
    const kind = kinds.get(relation);
    if (!kind) continue;
    meet(met, `relation: ${kind}`);
    if (path.length > 0) meet(met, `reference ${formOf(path)}`);
    if (path.length === 0) meet(met, value === null ? 'reference cleared inline' : 'reference inline');
    else if (value === null) meet(met, 'reference cleared');
    if (Array.isArray(value)) meet(met, 'reference to several');
    if (kind === 'many to many' || kind === 'has one through') meet(met, `sign ${/^[-+=]/.exec(path[0] ?? '')?.[0] ?? 'none'}`); // prettier-ignore
  }
  if (Object.keys(values).some((name) => kinds.has(name.replace(/_id$/, '')) && name.endsWith('_id')))
    meet(met, 'foreign key as a field');
}

function meetProgram(met: Met, schema: Schema, { start, calls }: Program, { told, links }: Ending): void {
  const kinds = kindsOf(schema);
  if ([...start.objects.values()].some(({ length }) => length > 1)) meet(met, 'objects at the beginning');
  if (start.mappings.some(({ id }) => id < 900)) meet(met, 'mappings at the beginning');
  if (start.mappings.some(({ id }) => id > 900)) meet(met, 'dangling mappings at the beginning');
  if ([...start.links.values()].some(({ length }) => length > 0)) meet(met, 'links at the beginning');
  if (Object.values(links).some(({ length }) => length > 0)) meet(met, 'links at the end');
  if (new Set(calls.flatMap(({ sources }) => sources.map(({ system }) => system))).size > 1) meet(met, 'two systems');
  for (const [index, { sources, options }] of calls.entries()) {
    for (const [name, value] of Object.entries(options)) meet(met, `${name} ${JSON.stringify(value)}`);
    if (sources.length > 1) meet(met, 'several sources in one call');
    const rows = sources.flatMap((source) => source.rows.map((row) => ({ row, source })));
    for (const { row, source } of rows) meetRow(met, kinds.get(source.model) ?? new Map<string, string>(), row);
    const names = rows.map(({ row, source }) => `${source.model} ${String(row.values.name)}`);
    if (new Set(names).size < names.length) meet(met, 'duplicates in one call');
    const folded = new Set(names.map((name) => name.toLowerCase()));
    if (folded.size < new Set(names).size) meet(met, 'names equal but for case in one call');
    for (const { status, problems, alsoDeleted } of told[index] ?? []) {
      meet(met, status);
      if (alsoDeleted > 0) meet(met, 'also deleted');
      for (const problem of problems) meet(met, problem.replace(/\(.*/, ''));
    }
  }
}

const EXPECTED = [
  ...[
    'belongs to one',
    'belongs to one of its own model',
    'has one',
    'has many',
    'many to many',
    'has one through',
  ].map((kind) => `relation: ${kind}`),
  ...[
    'by field',
    'by key',
    "by a system's key",
    'over a hop, by field',
    'inline',
    'cleared',
    'cleared inline',
    'to several',
  ].map((form) => `reference ${form}`),
  ...['+', '-', '=', 'none'].map((sign) => `sign ${sign}`),
  ...['', '*', '*c', '*u', '*d', 'c', 'u', 'cu', '*cu', 'd', 'cd', '*du', 'x'].map((flags) => `flags "${flags}"`),
  ...['|', '&', '~', '=>@', 'on a reference', 'on a foreign key'].map((match) => `match ${match}`),
  ...['no key', 'a key', 'foreign key as a field', 'two systems', 'several sources in one call'],
  ...['objects', 'mappings', 'dangling mappings', 'links'].map((what) => `${what} at the beginning`),
  ...['links at the end', 'duplicates in one call', 'names equal but for case in one call', 'also deleted'],
  ...['CREATED', 'UPDATED', 'UNCHANGED', 'DELETED', 'UNLINKED', 'SKIPPED', 'FAILED'],
  ...['INVALID_ACTION_FLAGS', 'NO_ACTION', 'MATCH_FIELD_MISSING', 'UNKNOWN_MATCH_FIELD', 'INVALID_MATCH_EXPRESSION'],
  ...['EMPTY_MATCH', 'MATCH_AMBIGUOUS', 'MATCH_CONFLICT', 'INVALID_VALUE', 'UNIQUE_VIOLATION', 'NOT_NULL_VIOLATION'],
  ...['FOREIGN_KEY_VIOLATION', 'CHECK_VIOLATION', 'REFERENCE_NOT_FOUND', 'REFERENCE_AMBIGUOUS', 'NOT_FOUND'],
  ...['MIXED_RELATION_OPERATORS', 'MISSING_RELATION_OPERATOR', 'NO_EXTERNAL_KEY', 'NOT_MAPPED', 'MAPPED_ELSEWHERE'],
  ...['STILL_REFERENCED', 'KEYS_SHARE_OBJECT'],
  ...[
    'onError "CONTINUE"',
    'onError "ROLLBACK"',
    'dryRun true',
    'onMatchConflict "FAIL"',
    'onMatchConflict "MERGE"',
    'onUnresolvedReference "FAIL"',
  ],
  ...['a row that waited: CREATED', 'a row that waited: UPDATED', 'an exchange of unique values', 'merged'],
  ...['order null', 'order ["CREATE","UPDATE","DELETE"]', 'order ["DELETE","UPDATE","CREATE"]'],
];

it('random programs try every kind of relation, reference, flag, option and problem', () => {
  const met: Met = new Map();
  for (const [index, schema] of fc.sample(schemas, { seed: 1, numRuns: SCHEMAS }).entries())
    for (const program of fc.sample(programs(schema), { seed: index, numRuns: PROGRAMS_A_SCHEMA }))
      meetProgram(
        met,
        schema,
        program,
        playByRules(schema, program, (what) => meet(met, what)),
      );
  const seldom = EXPECTED.filter((name) => (met.get(name) ?? 0) < OFTEN).map(
    (name) => `${name}: ${met.get(name) ?? 0}`,
  );
  expect(seldom).toEqual([]);
});
