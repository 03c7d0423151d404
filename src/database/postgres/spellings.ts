/** Values of types that only PostgreSQL can parse, in the spelling that it would store. */
import type { Knex } from 'knex';
import type { NativeType, Spelling } from '../catalog';
import { nativeError } from '../nativeError';
import { escapeMarks } from '../quoting';
import { arrayLiteral } from './arrays';
import { outputText } from './columns';
import { queryOf } from './query';

/** SQL for the digits of a text, without leading and trailing zeros. */
const digits = (text: string): string => `btrim(regexp_replace(${text}, '\\D', '', 'g'), '0')`;

/** SQL conditions on a text `v` for types that silently round or truncate what they parse (R14). */
const STORED_WHOLE: Readonly<Record<string, string>> = {
  money: `${digits('v')} = ${digits('v::money::text')}`,
  '"char"': 'v::"char"::text = v',
};

/** Words that mean another value tomorrow. A row with one would never be UNCHANGED. */
const MOMENT = /\b(?:now|today|tomorrow|yesterday)\b/i;

/** Classes of SQLSTATE that are not caused by a value: connection, transaction state, access, resources, operator, system. */
const NOT_OF_VALUES = /^(?:08|25|28|3D|53|55|57|58)/;

interface SpelledRow {
  readonly spelled: string;
  readonly fits: boolean;
}

async function spellTogether(knex: Knex, { plain, exact }: NativeType, texts: readonly string[]): Promise<Spelling[]> {
  const [type, whole] = [exact, plain].map(escapeMarks);
  const fits = STORED_WHOLE[plain] ?? (plain === exact ? 'TRUE' : `v::${type}::text = v::${whole}::text`);
  const rows = await queryOf(knex)<SpelledRow>(
    `SELECT ${outputText(`v::${type}`)} AS spelled, ${escapeMarks(fits)} AS fits FROM unnest(?::text[]) WITH ORDINALITY AS t(v, place) ORDER BY place`,
    [arrayLiteral(texts)],
  );
  return rows.map((row) =>
    row.fits
      ? { text: row.spelled }
      : { reason: `does not fit type ${exact}, which would store ${row.spelled}`, unfit: true },
  );
}

/** Halves the list until each refused text is alone. */
async function spellApart(knex: Knex, type: NativeType, texts: readonly string[]): Promise<Spelling[]> {
  try {
    return await spellTogether(knex, type, texts);
  } catch (error) {
    const { code } = nativeError<{ code?: string }>(error);
    if (!code || !/^[0-9A-Z]{5}$/.test(code) || NOT_OF_VALUES.test(code) || texts.length === 0) throw error;
    if (texts.length === 1) {
      // Without values, this fails only if the type no longer exists.
      await spellTogether(knex, type, []);
      return [{ reason: `is not a value of type ${type.exact}`, unfit: false }];
    }
    const half = texts.length >> 1;
    return [
      ...(await spellApart(knex, type, texts.slice(0, half))),
      ...(await spellApart(knex, type, texts.slice(half))),
    ];
  }
}

/** The text that the database would store for each text, in their order. Must not run in a transaction, because a refusal would abort it. */
export async function spell(knex: Knex, type: NativeType, texts: readonly string[]): Promise<Spelling[]> {
  const isMoment = (text: string): boolean => type.hasMoments && MOMENT.test(text);
  const given = texts.filter((text) => !isMoment(text));
  const spelled = given.length > 0 ? await spellApart(knex, type, given) : [];
  const byText = new Map(given.map((text, index) => [text, spelled[index]]));
  return texts.map((text) => byText.get(text) ?? { reason: 'means another value at another time', unfit: false });
}
