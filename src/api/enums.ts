/** Enums of the schema. */
import { registerEnumType } from 'type-graphql';
import { PROBLEM_SEVERITY } from '../sync/problems';

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
  same('DELETE', 'FAIL'),
  'MatchConflictPolicy',
  'What a row does if `match_on` finds a different object than its external key.',
  {
    DELETE:
      'A forced update deletes the matched object, then updates the linked object. An unforced update keeps the matched object and adds a warning.',
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

const CODES: Descriptions<typeof PROBLEM_SEVERITY> = {
  INVALID_ACTION_FLAGS:
    'The flags contain a character other than `c`, `u`, `d` and `*`, or combine `d` with `c` or `u` (R2).',
  NO_ACTION: 'The flags contain no action: none of `c`, `u` and `d` (R3).',
  MATCH_FIELD_MISSING: '`match_on` names a column that the row does not have (R4).',
  UNKNOWN_MATCH_FIELD: '`match_on` names a field that the model does not have (R4).',
  INVALID_MATCH_EXPRESSION: '`match_on` is not a valid postfix expression (R5).',
  EMPTY_MATCH: 'All compared values are empty, and the row has no external key (R7).',
  MATCH_AMBIGUOUS: 'More than one object matches (R8).',
  MATCH_CONFLICT: '`match_on` finds a different object than the external key (R10).',
  KEYS_SHARE_OBJECT: 'Another key of the same system is already linked to the object (R18).',
  INVALID_VALUE: 'A value does not fit the type or the limits of its field (R14).',
  UNKNOWN_FIELD: 'A column is not a field, relation or setter of the model (R16).',
  VALIDATION_FAILED: 'The validation of the model refuses the values (R17).',
  UNIQUE_VIOLATION: 'Another object has the same value in a unique field (R17).',
  NOT_NULL_VIOLATION: 'A field that requires a value has none (R17).',
  FOREIGN_KEY_VIOLATION: 'A foreign key refuses the change (R17, R34).',
  CHECK_VIOLATION: 'A check constraint refuses the change (R17).',
  DATABASE_REFUSED: 'The database refuses the change for another reason: a trigger, a policy, a limit (R17a).',
  REFERENCE_NOT_FOUND: 'A reference finds no object (R21).',
  REFERENCE_AMBIGUOUS: 'A reference finds more than one object (R21).',
  UNKNOWN_REFERENCE: 'A reference names a relation or field that does not exist (R20).',
  MIXED_RELATION_OPERATORS: 'Columns of one relation have different operators (R24).',
  MISSING_RELATION_OPERATOR: 'A many-to-many column has none of `+`, `-` and `=` (R24).',
  NOT_FOUND: 'The object does not exist (R12, R30, R32).',
  NO_EXTERNAL_KEY: 'An unforced delete requires an external key (R31).',
  NOT_MAPPED: 'The external key is not mapped (R31).',
  MAPPED_ELSEWHERE: 'The external key is mapped to another object (R31).',
  STILL_REFERENCED: 'Other external keys are still mapped to the object (R31).',
  AMBIGUOUS_COLUMN:
    'A column of a file has a special name, such as `external_key`, and the model has a field of the same name.',
  UNINDEXED_LOOKUP: 'A run looked up objects of a large table by columns without an index.',
  MALFORMED_CSV_ROW: 'The line has too many or too few cells.',
};

export const ProblemCode = register(
  same(...(Object.keys(PROBLEM_SEVERITY) as (keyof typeof PROBLEM_SEVERITY)[])),
  'ProblemCode',
  'The kind of a problem of a row, a column or a run.',
  CODES,
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
  same('BELONGS_TO', 'HAS_ONE', 'HAS_MANY', 'MANY_TO_MANY'),
  'RelationKind',
  'How two models are related.',
  {
    BELONGS_TO: 'The foreign key is in the model’s table.',
    HAS_ONE: 'The foreign key is in the related table, and at most one object points here.',
    HAS_MANY: 'The foreign key is in the related table.',
    MANY_TO_MANY: 'A join table links the two models.',
  },
);
