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

export const RowAction = register(same('CREATE', 'UPDATE', 'DELETE'), 'RowAction', 'What a row may do to its object.', {
  CREATE: 'Flag `c`: makes the object where there is none.',
  UPDATE: 'Flag `u`: changes the object where there is one.',
  DELETE: 'Flag `d`: deletes the object.',
});

export const ErrorPolicy = register(
  same('ROLLBACK', 'CONTINUE'),
  'ErrorPolicy',
  'What becomes of a run in which a row fails.',
  {
    ROLLBACK: 'Nothing of the run stays; every failed row is still reported.',
    CONTINUE: 'Failed rows change nothing, the others stay.',
  },
);

export const MatchConflictPolicy = register(
  same('DELETE', 'FAIL'),
  'MatchConflictPolicy',
  'What a row does whose match finds another object than its external key.',
  {
    DELETE:
      'A forced update deletes the matched object before it updates the linked one; an unforced one warns and leaves it.',
    FAIL: 'The row fails with `MATCH_CONFLICT`. A row whose object another key of its system is linked to fails with `KEYS_SHARE_OBJECT`.',
  },
);

export const UnresolvedReferencePolicy = register(
  same('WARN', 'FAIL'),
  'UnresolvedReferencePolicy',
  'What a row does whose reference finds no object, or more than one.',
  {
    WARN: 'The reference stays as it was, and the row has a warning.',
    FAIL: 'The row fails.',
  },
);

export const UnknownFieldPolicy = register(
  same('WARN', 'FAIL'),
  'UnknownFieldPolicy',
  'What a run does if a column is no field, relation or setter of its model.',
  {
    WARN: 'The column is ignored, with one warning per column.',
    FAIL: 'The whole call fails with `UNKNOWN_FIELD` before any row runs.',
  },
);

export const RunStatus = register(
  same('QUEUED', 'RUNNING', 'COMPLETED', 'COMPLETED_WITH_FAILURES', 'ROLLED_BACK', 'CANCELLED', 'INTERRUPTED'),
  'RunStatus',
  'How far a run has come, and how it ended.',
  {
    QUEUED: 'It waits to be started.',
    RUNNING: 'It is at work.',
    COMPLETED: 'Every row did what it asked for, warnings aside.',
    COMPLETED_WITH_FAILURES: 'With `onError: CONTINUE`: some rows failed, the others stay.',
    ROLLED_BACK: 'With `onError: ROLLBACK`: some row failed, and nothing stayed.',
    CANCELLED: 'It was stopped on request.',
    INTERRUPTED: 'The server stopped in the middle; nothing half-done is left of any row.',
  },
);

export const RunPhase = register(
  same('WAITING', 'READING', 'SYNCING', 'COMMITTING'),
  'RunPhase',
  'What a run does at the moment.',
  {
    WAITING: 'It waits for other runs on its models.',
    READING: 'It reads its first rows.',
    SYNCING: 'It looks rows up and writes them.',
    COMMITTING: 'All rows are done, and it records what became of them.',
  },
);

export const RowStatus = register(
  same('CREATED', 'UPDATED', 'UNCHANGED', 'DELETED', 'UNLINKED', 'SKIPPED', 'FAILED'),
  'RowStatus',
  'What became of a row.',
  {
    CREATED: 'It made its object.',
    UPDATED: 'It changed its object or a relation of it.',
    UNCHANGED: 'Its object was as it should be already.',
    DELETED: 'It deleted its object, and the mappings that pointed to it.',
    UNLINKED: 'It removed its external key mapping; the object stays, for the reason given as a warning.',
    SKIPPED: 'There was nothing to do, for the reason given as a warning.',
    FAILED: 'It changed nothing, for the reason given as an error.',
  },
);

export const Severity = register(same('WARNING', 'ERROR'), 'Severity', 'How bad a problem is.', {
  WARNING: 'The row did the rest of what it asked for.',
  ERROR: 'The row failed.',
});

const CODES: Descriptions<typeof PROBLEM_SEVERITY> = {
  INVALID_ACTION_FLAGS: 'The flags are none of `c`, `u`, `d` and `*`, or combine `d` with `c` or `u` (R2).',
  NO_ACTION: 'The flags ask for no action (R3).',
  MATCH_FIELD_MISSING: '`match_on` names a field that the row does not carry (R4).',
  UNKNOWN_MATCH_FIELD: '`match_on` names a field that the model does not have (R4).',
  INVALID_MATCH_EXPRESSION: '`match_on` is no well-formed postfix expression (R5).',
  EMPTY_MATCH: 'Every compared value is empty, and there is no external key (R7).',
  MATCH_AMBIGUOUS: 'More than one object matches (R8).',
  MATCH_CONFLICT: 'The match finds another object than the external key is linked to (R10).',
  KEYS_SHARE_OBJECT: 'Another key of the same system is already linked to the object (R18).',
  INVALID_VALUE: 'A value is not of its field’s type, or beyond its limits (R14).',
  UNKNOWN_FIELD: 'A column is no field, relation or setter of the model (R16).',
  VALIDATION_FAILED: 'The model refuses the values (R17).',
  UNIQUE_VIOLATION: 'Another object has the same value in a unique field (R17).',
  NOT_NULL_VIOLATION: 'A field that must have a value would have none (R17).',
  FOREIGN_KEY_VIOLATION: 'A foreign key does not allow it (R17, R34).',
  CHECK_VIOLATION: 'A check of the database does not allow it (R17).',
  DATABASE_REFUSED: 'The database refuses the row for another reason: a trigger, a policy, a limit (R17a).',
  REFERENCE_NOT_FOUND: 'A reference finds no object (R21).',
  REFERENCE_AMBIGUOUS: 'A reference finds more than one object (R21).',
  UNKNOWN_REFERENCE: 'A reference names a relation or field that does not exist (R20).',
  MIXED_RELATION_OPERATORS: 'Columns of one relation have different operators (R24).',
  MISSING_RELATION_OPERATOR: 'A many-to-many column has none of `+`, `-` and `=` (R24).',
  NOT_FOUND: 'There is no such object (R12, R30, R32).',
  NO_EXTERNAL_KEY: 'An unforced delete needs an external key (R31).',
  NOT_MAPPED: 'The external key is not mapped (R31).',
  MAPPED_ELSEWHERE: 'The external key is mapped to another object (R31).',
  STILL_REFERENCED: 'Other external keys are still mapped to the object (R31).',
  AMBIGUOUS_COLUMN: 'A column of a file has a special name, such as external_key, that is also the name of a field.',
  UNINDEXED_LOOKUP: 'A run looked up objects of a large table by columns that no index begins with.',
  MALFORMED_CSV_ROW: 'The line has too many or too few cells.',
};

export const ProblemCode = register(
  same(...(Object.keys(PROBLEM_SEVERITY) as (keyof typeof PROBLEM_SEVERITY)[])),
  'ProblemCode',
  'What went wrong with a row or a column, or could be better for a whole run.',
  CODES,
);

export const FieldType = register(
  same('STRING', 'INTEGER', 'DECIMAL', 'FLOAT', 'BOOLEAN', 'DATE', 'TIME', 'DATETIME', 'JSON', 'BINARY', 'OTHER'),
  'FieldType',
  'How the values of a field are written.',
  {
    STRING: 'Text; also UUIDs and enum members.',
    INTEGER: 'A whole number; beyond 2^53 as text.',
    DECIMAL: 'An exact decimal number, as text: `"12.50"`.',
    FLOAT: 'A floating point number.',
    BOOLEAN: 'true or false; as text also yes, no, t, f, 1, 0.',
    DATE: 'A date: `"2026-01-31"`.',
    TIME: 'A time of day: `"08:05:00"`.',
    DATETIME: 'A point in time, ISO 8601, shown in UTC: `"2026-01-31T08:05:00Z"`.',
    JSON: 'Any JSON value; in CSV its text. With numbers that JSON parsers round, text: `"json:{…}"`.',
    BINARY: 'Bytes: `"base64:VGVzdA=="` or `"hex:54657374"`.',
    OTHER: 'A type of the database that is passed on as text.',
  },
);

export const RelationKind = register(
  same('BELONGS_TO', 'HAS_ONE', 'HAS_MANY', 'MANY_TO_MANY'),
  'RelationKind',
  'How two models are related.',
  {
    BELONGS_TO: 'The model has the foreign key.',
    HAS_ONE: 'The related model has the foreign key, for one object each.',
    HAS_MANY: 'The related model has the foreign key.',
    MANY_TO_MANY: 'A join table links them.',
  },
);
