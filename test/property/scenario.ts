/** A program as the folder of a scenario, for whoever has to find out what is wrong with it. */
import type { Call } from './program';
import type { Start } from './start';

/** Each file of the folder with its content. */
export function asScenario(schema: object, calls: readonly Call[], start?: Start): string {
  const files: [string, unknown][] = [['schema.json', schema]];
  if (start)
    files.push([
      'start.json',
      { objects: Object.fromEntries(start.objects), links: Object.fromEntries(start.links), mappings: start.mappings },
    ]);
  const runs = calls.map(({ sources, options }, index) => ({
    files: sources.map(({ system, model, rows }, place) => {
      const file = `${system}_random_${model}-${index + 1}${place > 0 ? place + 1 : ''}.json`;
      files.push([
        file,
        rows.map(({ actionFlags, matchOn, externalKey, values }) => ({
          actionFlags,
          matchOn: matchOn ? [matchOn] : [],
          externalKey,
          values,
        })),
      ]);
      return file;
    }),
    options,
  }));
  files.push(['scenario.json', { rules: 'R40', does: '', runs }]);
  return files.map(([name, content]) => `── ${name}\n${JSON.stringify(content, null, 1)}`).join('\n');
}
