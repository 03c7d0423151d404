/** The files in `deploy/`, parsed as their programs parse them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';

const ROOT = join(__dirname, '../..');
const DEPLOY = join(ROOT, 'deploy');

export const repositoryText = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** The names of the files in a folder of `deploy/`, as `kubernetes/server.yaml`. */
export const deployFiles = (folder: string, ending: string): string[] =>
  readdirSync(join(DEPLOY, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name));

/** A part of a manifest. Its form depends on the kind. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests pick it apart
export type Part = any;

export interface Manifest {
  readonly file: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec?: Part;
  readonly data?: Readonly<Record<string, string>>;
  readonly stringData?: Readonly<Record<string, string>>;
}

/** Kubernetes reads YAML 1.1, in which 0440 is an octal number. */
export const manifests = (): Manifest[] =>
  deployFiles('kubernetes', '.yaml').flatMap((file) =>
    parseAllDocuments(readFileSync(join(DEPLOY, file), 'utf8'), { version: '1.1' }).map((document) => {
      if (document.errors.length > 0) throw document.errors[0] as Error;
      return { file, ...(document.toJS() as Omit<Manifest, 'file'>) };
    }),
  );

/** Compose reads YAML 1.2, and merges `<<`. */
export const composeFile = (file: string): unknown =>
  parse(readFileSync(join(DEPLOY, file), 'utf8'), { merge: true, strict: true });
