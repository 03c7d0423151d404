/** Parses /metrics. */

/** Values by name and labels: `nsync_runs_total{system="HR"}`. */
type Samples = ReadonlyMap<string, number>;

export function readSamples(text: string): Samples {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const end = line.lastIndexOf(' ');
      return [line.slice(0, end), Number(line.slice(end + 1))];
    }),
  );
}

export async function scrape(url: string): Promise<Samples> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: HTTP ${response.status}`);
  return readSamples(await response.text());
}

/** The names of all metrics, with or without values. */
export const namesOf = (text: string): string[] => [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name);

/** The samples of a metric by their labels: `system="HR",model="Person"`. */
export const samplesOf = (samples: Samples, name: string): Record<string, number> =>
  Object.fromEntries(
    [...samples].flatMap(([key, value]) => {
      const labels = key === name ? '' : key.startsWith(`${name}{`) ? key.slice(name.length + 1, -1) : null;
      return labels === null ? [] : [[labels, value]];
    }),
  );
