/** Texts that would become SQL if a statement contained them unquoted, on each of the databases. */

/** At the start and at the end of each text, so that a text which breaks out of its quotes has a mark outside. */
export const MARK = 'zqx7';

const PAYLOADS = {
  'single quotes': `'); DROP TABLE canary; --`,
  'double quotes': `"); DROP TABLE canary; --`,
  backticks: '`); DROP TABLE canary; -- ',
  'a backslash before a quote': `\\'; DELETE FROM canary; #`,
  'a backslash at the end': `'\\`,
  'quotes of quotes': `'\\''"\\""\`\`'''"""'$$; DELETE FROM canary; $$'`,
  comments: `*/ -- \n DELETE FROM canary; /*! DELETE FROM canary */ #`,
  'placeholders of drivers': ` ? ?? :name :name: $1 $2 @name %s {0} \\? \\\\?`,
  'patterns and paths of JSON': `%_[^a]$."a"[*].$[0]'||'{"a": ["'"]}`,
  'a condition': `' OR '1'='1' OR "1"="1`,
  // An apostrophe in Unicode, a lead byte of GBK before a quote, and nsync's own characters for dots and blanks in names.
  'signs that look like others': `\u02bc \u00bf' \uff07 \ue02e\ue020'; DELETE FROM canary`,
  'no character at all': `\0'; DELETE FROM canary; --`,
  'half a character': `\ud800'; DELETE FROM canary; --`,
} as const;

export type Hazard = keyof typeof PAYLOADS;

interface Planted {
  readonly hazard: Hazard;
  readonly text: string;
}

/** Short enough for every column of the demo. */
export const PLANTED: readonly Planted[] = (Object.keys(PAYLOADS) as Hazard[]).map((hazard) => ({
  hazard,
  text: MARK + PAYLOADS[hazard] + MARK,
}));

/** The texts that every database can store. */
export const STORABLE: readonly Planted[] = PLANTED.filter(
  ({ hazard }) => hazard !== 'no character at all' && hazard !== 'half a character',
);
