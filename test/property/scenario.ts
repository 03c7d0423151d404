/** A program as the folder of a scenario, for whoever has to find out what is wrong with it. */
import type { Call } from './program';
import type { Schema } from './schema';

/** Each file of the folder with its content. */
export function asScenario(schema: Schema, program: readonly Call[]): string {
  const files: [string, unknown][] = [['schema.json', schema]];
  const runs = program.map(({ system, model, rows, options }, index) => {
    const file = `${system}_random_${model}-${index + 1}.json`;
    files.push([
      file,
      rows.map(({ actionFlags, matchOn, externalKey, values }) => ({
        actionFlags,
        matchOn: matchOn ? [matchOn] : [],
        externalKey,
        values,
      })),
    ]);
    return { files: [file], options };
  });
  files.push(['scenario.json', { rules: 'R40', does: '', runs }]);
  return files.map(([name, content]) => `── ${name}\n${JSON.stringify(content, null, 1)}`).join('\n');
}
