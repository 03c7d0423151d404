/** Requests and files at the edge of what the server accepts: mostly almost valid, sometimes hostile. */
import * as fc from 'fast-check';

const FIELDS = ['employee_id', 'first_name', 'last_name', 'age', 'hair_colour', 'photo', 'photo_filename'];
const PATHS = [
  'owner',
  'owner=>employee_id',
  'houses=>address',
  'cars=>@',
  'tags=>+label',
  'tags=>-label',
  'tags=>=label',
];
const SPECIAL = ['action_flags', 'match_on', 'external_key'];

/** A text that repeats one piece, so that superlinear time becomes visible. */
const repeated = (piece: fc.Arbitrary<string>, most = 20_000): fc.Arbitrary<string> =>
  fc.tuple(piece, fc.oneof({ weight: 6, arbitrary: fc.nat(20) }, { weight: 1, arbitrary: fc.nat(most) }), piece).map(([one, times, end]) => one.repeat(times).slice(0, 200_000) + end); // prettier-ignore

const odd = fc.constantFrom(
  ' ', '0', '9', '#', '=>', '"', "'", '\\', '{', '[', '<!---->', '<?xml?>', '{"a":', '[[', '-', '.', 'e', '0.0', '1e9', '\u0000', '\ud800',
  '\ufeff', '\u200b', 'İ', '%', '~', '|', '&', ',', ';', '\t', '\n', '\r\n', '__proto__', 'constructor', 'json:', 'base64:', 'hex:', 'T00:00',
); // prettier-ignore

const text: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('Bruce', 'EMP1', '42', '', 'true', '2026-01-31', '1.50') },
  { weight: 2, arbitrary: fc.string({ maxLength: 40, unit: 'binary' }) },
  { weight: 2, arbitrary: repeated(odd) },
);

const name = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...FIELDS, ...PATHS) },
  { weight: 1, arbitrary: fc.constantFrom(...SPECIAL) },
  { weight: 1, arbitrary: text },
  { weight: 1, arbitrary: repeated(fc.constantFrom('owner=>', 'houses=>', '=>', 'first_name')) },
);

/** Names and operators in any order and number. */
const matchOn: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('employee_id', 'first_name last_name |', 'first_name last_name') },
  { weight: 3, arbitrary: fc.array(fc.constantFrom(...FIELDS, '|', '&', '~'), { maxLength: 12 }).map((words) => words.join(' ')) },
  { weight: 1, arbitrary: fc.tuple(fc.nat(40), fc.constantFrom('|', '&'), fc.constantFrom('|', '&')).map(([n, one, other]) => `${`first_name last_name ${one} `.repeat(n)}${`${other} `.repeat(Math.max(0, n - 1))}`) },
  { weight: 1, arbitrary: fc.nat(20_000).map((n) => Array.from({ length: n }, (_, i) => `n${i}`).join(' ')) },
  { weight: 1, arbitrary: text },
); // prettier-ignore

const flags = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('cu', 'cu*', 'u*', 'd', 'd*', 'c') },
  { weight: 1, arbitrary: text },
);

const nested = fc.tuple(fc.constantFrom('[', '{"a":'), fc.nat(1500)).map(([open, levels]) => {
  const close = open === '[' ? ']' : '}';
  return JSON.parse(`${open.repeat(levels)}1${close.repeat(levels)}`) as unknown;
});

const value: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 5, arbitrary: text },
  { weight: 2, arbitrary: fc.oneof(fc.double(), fc.boolean(), fc.constant(null), fc.integer()) },
  { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 1, arbitrary: fc.tuple(fc.nat(15_000), text).map(([n, item]) => Array<string>(n).fill(item.slice(0, 10))) },
  { weight: 1, arbitrary: fc.record({ add: fc.array(fc.record({ label: text }), { maxLength: 5 }), set: fc.jsonValue() }, { requiredKeys: [] }) },
  { weight: 1, arbitrary: nested },
); // prettier-ignore

const values = fc.oneof(
  { weight: 9, arbitrary: fc.dictionary(name, value, { maxKeys: 8, noNullPrototype: true }) },
  { weight: 1, arbitrary: fc.nat(8000).map((n) => Object.fromEntries(Array.from({ length: n }, (_, i) => [`x${i}`, i]))) },
); // prettier-ignore

const row = fc.record(
  { values, actionFlags: flags, matchOn: fc.array(matchOn, { maxLength: 2 }), externalKey: text },
  { requiredKeys: ['values'] },
);

const defaults = fc.record({ actionFlags: flags, matchOn: fc.array(matchOn, { maxLength: 2 }) });
const MODELS = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom('Person', 'House', 'Tag') },
  { weight: 1, arbitrary: text },
);
const OPTIONS = fc.constantFrom(null, { onError: 'CONTINUE' }, { dryRun: true }, { onUnknownField: 'FAIL' }, { order: ['DELETE', 'CREATE', 'UPDATE'] }); // prettier-ignore

export interface Request {
  readonly query: string;
  readonly variables?: unknown;
}

const OUTCOME = 'row status problems { code field message }';
const RUN = 'id status counts { rows failed } problemGroups { code field message rows }';

const sync: fc.Arbitrary<Request> = fc
  .record({ system: fc.oneof(fc.constant('S'), text), model: MODELS, rows: fc.array(row, { maxLength: 6 }), defaults, options: OPTIONS })
  .map((input) => ({ query: `mutation ($input: SyncRowsInput!) { syncRows(input: $input) { run { ${RUN} } outcomes { ${OUTCOME} } } }`, variables: { input } })); // prettier-ignore

const lists: fc.Arbitrary<Request> = fc
  .record({ text, model: MODELS, where: values, first: fc.integer({ min: -1, max: 2000 }), keys: fc.array(text, { maxLength: 20 }) })
  .map((variables) => ({
    query: `query ($text: String!, $model: String!, $where: JSONObject, $first: Int!, $keys: [ID!]) {
      model(name: $text) { name }
      externalSystem(name: $text) { name }
      objects(model: $model, where: $where, first: $first, after: $text) { nodes { id values } }
      externalKeyMappings(first: $first, filter: { externalKeys: $keys, system: $text }) { nodes { externalKey } }
    }`,
    variables,
  })); // prettier-ignore

/** Operations that are as large or as deep as the grammar allows. */
const operations: fc.Arbitrary<Request> = fc.oneof(
  fc.nat(3000).map((n) => ({ query: '{ externalSystems { nodes { mappings { nodes { system '.repeat(n / 10) })),
  fc.nat(8).map((n) => ({ query: `{ externalSystems { nodes { ${'mappings(first: 1000) { nodes { system { '.repeat(n)}name${' } } }'.repeat(n)} } } }` })),
  fc.nat(20_000).map((n) => ({ query: `{ ${Array.from({ length: n }, (_, i) => `a${i}: limits { pageSize }`).join(' ')} }` })),
  fc.nat(100_000).map((n) => ({ query: `{ limits { pageSize ${'@skip(if: true) '.repeat(n / 10)} } }` })),
  fc.nat(100_000).map((n) => ({ query: `{ limits { pageSize } } ${'# x\n'.repeat(n)}` })),
  repeated(fc.constantFrom('{', '}', '(', '...', '"""', 'a:', '[', '$', '@')).map((query) => ({ query })),
  text.map((query) => ({ query })),
); // prettier-ignore

export const request: fc.Arbitrary<Request> = fc.oneof(
  { weight: 6, arbitrary: sync },
  { weight: 2, arbitrary: lists },
  { weight: 2, arbitrary: operations },
);

const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;
const cell = fc.oneof({ weight: 3, arbitrary: text.map(quoted) }, { weight: 2, arbitrary: text });

const table = fc
  .tuple(
    fc.array(fc.oneof(name, fc.constantFrom(...SPECIAL)), { minLength: 1, maxLength: 8 }),
    fc.array(fc.array(cell, { maxLength: 9 }), { maxLength: 8 }),
    fc.constantFrom(',', ';', '\t', '|'),
    fc.constantFrom('\n', '\r\n', '\r'),
  )
  .map(([header, rows, delimiter, end]) => [header, ...rows].map((cells) => cells.join(delimiter)).join(end));

/** The text of a file. */
const file: fc.Arbitrary<string> = fc.oneof(
  { weight: 8, arbitrary: table },
  { weight: 1, arbitrary: repeated(odd, 200_000) },
  { weight: 1, arbitrary: fc.nat(30_000).map((n) => `${Array.from({ length: n }, (_, i) => `c${i}`).join()}\n${'1,'.repeat(n)}\n`) },
); // prettier-ignore

const format = fc.record(
  { delimiter: fc.oneof(fc.constantFrom(',', ';'), text), escape: fc.constantFrom('\\', '"'), nullMarker: text, listDelimiter: fc.constantFrom(';', ',', '') },
  { requiredKeys: [] },
); // prettier-ignore

const GOOD = ['employee_id', 'first_name', 'last_name'];

/** A file that is read to its end, whatever its rows contain. */
const likely = fc
  .tuple(
    fc.uniqueArray(fc.constantFrom('age', 'photo', 'tags=>+label', 'houses=>address', ...SPECIAL), { maxLength: 4 }),
    fc.array(fc.array(cell, { minLength: 7, maxLength: 7 }), { maxLength: 8 }),
  )
  .map(([others, rows]) => {
    const header = [...GOOD, ...others];
    return [header, ...rows.map((cells) => cells.slice(0, header.length))].map((cells) => cells.join(',')).join('\n');
  });

const asked = (input: unknown): Request => ({
  query: `mutation ($input: SyncCsvInput!) { syncCsv(input: $input) { run { ${RUN} outcomes(first: 20) { nodes { ${OUTCOME} } } } } }`,
  variables: { input },
});

const wild = fc.record({
  system: fc.constant('S'),
  csv: file,
  model: MODELS,
  defaults,
  options: OPTIONS,
  format: fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: format }),
  columns: fc.oneof({ weight: 9, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.array(fc.record({ header: name, name }), { maxLength: 4 }) }),
}); // prettier-ignore

const accepted = fc.record({
  system: fc.constant('S'),
  csv: likely,
  model: fc.constant('Person'),
  defaults: fc.constant({ actionFlags: 'cu*', matchOn: ['employee_id'] }),
  options: fc.constantFrom({ onError: 'CONTINUE' }, { dryRun: true }, null),
});

export const csv: fc.Arbitrary<Request> = fc.oneof(wild, accepted).map(asked);
