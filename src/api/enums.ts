/** Enums of the schema. */
import { registerEnumType } from 'type-graphql';
import { RELATION_KINDS } from '../models';
import { AUDIT_ACTIONS, DELIVERY_STATUSES } from '../records';
import { PROBLEMS } from '../problems';

type Descriptions<T extends object> = { [K in keyof T]: string };

function register<T extends Record<string, string>>(
  members: T,
  name: string,
  description: string,
  values: Descriptions<T>,
): T {
  registerEnumType(members, {
    name,
    description,
    valuesConfig: Object.fromEntries(
      Object.entries(values).map(([key, text]) => [key, { description: text }]),
    ) as never,
  });
  return members;
}

const same = <K extends string>(...names: K[]): { [P in K]: P } =>
  Object.fromEntries(names.map((name) => [name, name])) as { [P in K]: P };

export const RowAction = register(same('CREATE', 'UPDATE', 'DELETE'), 'RowAction', 'The actions of a row.', {
  CREATE: 'Flag `c`: creates the object if it does not exist.',
  UPDATE: 'Flag `u`: updates the object if it exists.',
  DELETE: 'Flag `d`: deletes the object.',
});

export const ErrorPolicy = register(
  same('ROLLBACK', 'CONTINUE'),
  'ErrorPolicy',
  'What a run does if one of its rows fails.',
  {
    ROLLBACK: 'The run is undone. Its outcomes report every failed row.',
    CONTINUE: 'Failed rows change nothing. The changes of all other rows are committed.',
  },
);

export const MatchConflictPolicy = register(
  same('DELETE', 'MERGE', 'FAIL'),
  'MatchConflictPolicy',
  'What a row does if `match_on` finds a different object than its external key.',
  {
    DELETE:
      'A forced update deletes the matched object, then updates the linked object. An unforced update keeps the matched object and adds a warning.',
    MERGE:
      'A forced update merges the matched object into the linked object. External keys, foreign keys and links move. Empty fields that the row does not give take its values. Then the matched object is deleted. An unforced update keeps the matched object and adds a warning.',
    FAIL: 'The row fails with `MATCH_CONFLICT`. If another key of the same system is linked to its object, the row fails with `KEYS_SHARE_OBJECT`.',
  },
);

export const UnresolvedReferencePolicy = register(
  same('WARN', 'FAIL'),
  'UnresolvedReferencePolicy',
  'What a row does if a reference finds no object, or several.',
  {
    WARN: 'The reference stays unchanged, and the row gets a warning.',
    FAIL: 'The row fails.',
  },
);

export const UnknownFieldPolicy = register(
  same('WARN', 'FAIL'),
  'UnknownFieldPolicy',
  'What a run does if a column is not a field, relation or setter of its model.',
  {
    WARN: 'The column is ignored. The run gets one warning per column.',
    FAIL: 'The call fails with `UNKNOWN_FIELD` before any row is synced.',
  },
);

export const RunStatus = register(
  same('QUEUED', 'RUNNING', 'COMPLETED', 'COMPLETED_WITH_FAILURES', 'ROLLED_BACK', 'CANCELLED', 'INTERRUPTED'),
  'RunStatus',
  'The state of a run.',
  {
    QUEUED: 'The run waits to start.',
    RUNNING: 'The run is in progress.',
    COMPLETED: 'No row failed. Rows can have warnings.',
    COMPLETED_WITH_FAILURES: 'With `onError: CONTINUE`: some rows failed. The changes of all other rows are committed.',
    ROLLED_BACK: 'With `onError: ROLLBACK`: a row failed, so the run was undone.',
    CANCELLED: 'The run was stopped on request before it finished.',
    INTERRUPTED: 'The server stopped during the run. No row is half done.',
  },
);

export const RunPhase = register(
  same('WAITING', 'READING', 'SYNCING', 'COMMITTING'),
  'RunPhase',
  'The current step of a run.',
  {
    WAITING: 'Waits for other runs on the same models.',
    READING: 'Reads the first rows.',
    SYNCING: 'Reads and writes objects.',
    COMMITTING: 'All rows are done. Records their outcomes and commits.',
  },
);

export const RowStatus = register(
  same('CREATED', 'UPDATED', 'UNCHANGED', 'DELETED', 'UNLINKED', 'SKIPPED', 'FAILED'),
  'RowStatus',
  'The result of a row.',
  {
    CREATED: 'The row created its object.',
    UPDATED: 'The row changed its object, or a relation of its object.',
    UNCHANGED: 'The object already had all the values.',
    DELETED: 'The row deleted its object and all mappings to it.',
    UNLINKED: 'The row removed its external key mapping only. A warning tells why the object stays.',
    SKIPPED: 'The row did nothing. A warning tells why.',
    FAILED: 'The row changed nothing. An error tells why.',
  },
);

export const Severity = register(same('WARNING', 'ERROR'), 'Severity', 'The severity of a problem.', {
  WARNING: 'The row did everything else.',
  ERROR: 'The row failed.',
});

/** The description of a problem code, with its rules. */
const described = ({ description, rules }: (typeof PROBLEMS)[ProblemName]): string =>
  rules.length === 0 ? description : description.replace(/\.$/, ` (${rules.join(', ')}).`);

type ProblemName = keyof typeof PROBLEMS;
const PROBLEM_NAMES = Object.keys(PROBLEMS) as ProblemName[];

export const ProblemCode = register(
  same(...PROBLEM_NAMES),
  'ProblemCode',
  'The kind of a problem of a row, a column or a run.',
  Object.fromEntries(PROBLEM_NAMES.map((name) => [name, described(PROBLEMS[name])])) as Descriptions<typeof PROBLEMS>,
);

export const FieldType = register(
  same('STRING', 'INTEGER', 'DECIMAL', 'FLOAT', 'BOOLEAN', 'DATE', 'TIME', 'DATETIME', 'JSON', 'BINARY', 'OTHER'),
  'FieldType',
  'The format of a field’s values.',
  {
    STRING: 'Text, a UUID or an enum member.',
    INTEGER: 'A whole number. Beyond ±2^53 it is text.',
    DECIMAL: 'An exact decimal number, as text: `"12.50"`.',
    FLOAT: 'A floating point number.',
    BOOLEAN: '`true` or `false`. As text also yes, no, t, f, 1 and 0.',
    DATE: 'A date: `"2026-01-31"`.',
    TIME: 'A time of day: `"08:05:00"`.',
    DATETIME: 'A point in time (ISO 8601, returned in UTC): `"2026-01-31T08:05:00Z"`.',
    JSON: 'Any JSON value; in CSV its JSON text. If JSON parsers would round its numbers, it is text: `"json:{…}"`.',
    BINARY: 'Bytes: `"base64:VGVzdA=="` or `"hex:54657374"`.',
    OTHER: 'Another type of the database, passed through as text.',
  },
);

export const RelationKind = register(
  same(...(Object.keys(RELATION_KINDS) as (keyof typeof RELATION_KINDS)[])),
  'RelationKind',
  'How two models are related.',
  RELATION_KINDS,
);

export const AuditAction = register(
  same(...(Object.keys(AUDIT_ACTIONS) as (keyof typeof AUDIT_ACTIONS)[])),
  'AuditAction',
  'What an administrator did.',
  AUDIT_ACTIONS,
);

export const DeliveryStatus = register(
  same(...(Object.keys(DELIVERY_STATUSES) as (keyof typeof DELIVERY_STATUSES)[])),
  'DeliveryStatus',
  'The state of a delivery to a webhook.',
  DELIVERY_STATUSES,
);
