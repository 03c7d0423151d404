/** Text for users is plain: sentences are short, and each thing has one name. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, visit } from 'graphql';
import { comments, inlineCode, messages, passages, sentences } from './support/prose';

const ROOT = join(__dirname, '..');
const MOST_WORDS = 30;

/** Words that must not be used in these senses, and their replacements. */
const GLOSSARY: readonly (readonly [RegExp, string])[] = [
  [/\b(?:takes?|have|has|gets?|waits? for|in) (?:an? |its |their )?turns?\b/i, 'yields to the event loop'],
  [/\bbefore its turn\b|\blook(?:s|ed)? up (?:beside|ahead)\b/i, 'load ahead, prefetch'],
  [/\bunderst(?:oo|an)ds?\b/i, 'parse'],
  [/\b(?:is|are|was|were|be) kept\b/i, 'is recorded, is stored'],
  [/\bheld\b/i, 'hold open'],
  [/\bdoors?\b/i, 'transport'],
  [/\bhabits?\b/i, 'expectation'],
  [/\b(?:comes?|came) to\b/i, 'the result is'],
  [/\b(?:rows?|statements?|quer(?:y|ies)|files?|seconds?|outcomes?) an? (?:row|second|call|file|command|thousand)\b/i, 'per'],
  [/\bwhere (?:an?|it|there|none|no|nothing|one|they|only|not)\b/i, 'if, when'],
  [/\b(?:of|by|for|to) who\b/i, 'callers that …'],
  [/\b(?:say|says|said) nothing but\b/i, 'contains only'],
  [/\bgoes? by\b|\bstays? good\b|\bmakes? of\b|\bwho(?:m|ever) nobody\b/i, 'plain words'],
]; // prettier-ignore

const pages = (): [string, string][] =>
  ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`)]
    .filter((name) => name.endsWith('.md'))
    .map((name) => [name, readFileSync(join(ROOT, name), 'utf8')]);

function descriptions(): string[] {
  const texts: string[] = [];
  visit(parse(readFileSync(join(ROOT, 'schema/schema.graphql'), 'utf8')), {
    enter: (node) => {
      if ('description' in node && node.description) texts.push(node.description.value);
    },
  });
  return texts;
}

/** The faults of texts, each with its remedy. */
function faults(texts: readonly string[]): string[] {
  return texts.flatMap(sentences).flatMap((sentence) => {
    const words = sentence.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
    const long = words > MOST_WORDS ? [`${words} words: ${sentence}`] : [];
    const wrong = GLOSSARY.filter(([pattern]) => pattern.test(sentence));
    return [...long, ...wrong.map(([pattern, instead]) => `${pattern.exec(sentence)?.[0]} → ${instead}: ${sentence}`)];
  });
}

it.each(pages())('%s has short sentences and the words of the glossary', (_name, markdown) => {
  const texts = passages(markdown);
  expect(texts).not.toEqual([]);
  expect(faults(texts)).toEqual([]);
});

it('the descriptions of the schema have short sentences and the words of the glossary', () => {
  expect(faults(descriptions().map(inlineCode))).toEqual([]);
});

const sources = (): string[] =>
  readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));

it('the messages and the help have short sentences and the words of the glossary', () => {
  const texts = sources().map((name) => ({ name, texts: messages(join(ROOT, 'src', name)) }));
  expect(texts.flatMap(({ texts: found }) => found).length).toBeGreaterThan(300);
  expect(texts.flatMap(({ name, texts: found }) => faults(found).map((fault) => `${name}: ${fault}`))).toEqual([]);
});

interface Word {
  readonly not: string;
  /** A regular expression that finds the word in its wrong sense. */
  readonly pattern: string;
  readonly write: string;
}
const WORDS = JSON.parse(readFileSync(join(__dirname, 'words.json'), 'utf8')) as readonly Word[];

/** Words of the glossary in comments. "where" for "if" is not included, because no pattern can tell its two senses apart. */
const unusual = (comment: string): string[] =>
  WORDS.flatMap(({ not, pattern, write }) => {
    const [found] = new RegExp(pattern, 'i').exec(inlineCode(comment)) ?? [];
    return found === undefined ? [] : [`"${found}" (${not}) → ${write}: ${comment}`];
  });

it.each(['src', 'test'])('the comments in %s have the words of the glossary', (folder) => {
  const names = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const texts = names.map((name) => ({ name, texts: comments(join(ROOT, folder, name)) }));
  expect(texts.flatMap(({ texts: found }) => found).length).toBeGreaterThan(300);
  expect(texts.flatMap(({ name, texts: found }) => found.flatMap(unusual).map((fault) => `${name}: ${fault}`))).toEqual([]);
}); // prettier-ignore

it('finds what is wrong', () => {
  const long = `${'word '.repeat(MOST_WORDS)}word.`;
  expect(faults(passages(`# Page\n\nIt works where there is none. ${long}\n\n| Cell |\n| --- |\n| A row is kept. |`))).toEqual([
    'where there → if, when: It works where there is none.',
    `${MOST_WORDS + 1} words: ${long}`,
    'is kept → is recorded, is stored: A row is kept.',
  ]); // prettier-ignore
});

it('finds words in comments that have another sense, and no others', () => {
  expect(unusual('What a run came to.')).toEqual(['"What a run came to" (come to) → the result, the outcome: What a run came to.']);
  expect(unusual('Locks are held until the run has come to its end, each source in turn; the field `door` is long.')).toEqual([]);
}); // prettier-ignore
