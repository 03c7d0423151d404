/** Objects, mappings and runs that were restored from backups of different times. */
import type { Model } from '../../models';
import { lostMappings, mappingsByModel, missingObjects } from '../../records';
import { counted } from '../../wording';
import { type Check, error, EXAMPLES, type Finding, idCounter, type Patient, warning } from '../check';

const SAME_BACKUP = "Restore your tables and nsync's own tables from the same backup.";

/** Finds missing objects of the newest run. The table may be older than nsync's own tables. */
async function tableIsOlder(patient: Patient, model: Model): Promise<Finding[]> {
  const counter = idCounter(patient, model);
  const found = await missingObjects(patient.database, model, counter?.next ?? null);
  if (!found) return [];
  const { runId, created, missing, ahead, isExplained } = found;
  const problem = `${missing} of ${counted(created, 'object')} of ${model.name} that run ${runId} created do not exist, and no run deleted them.`;
  // The next number is below a recorded one only if the counter was set back, by a restore or by hand.
  if (counter && !counter.reusesNumbers && ahead > 0)
    return [error(`${problem} New objects receive their ids, from ${counter.next} on.`, SAME_BACKUP, ahead)];
  // Other programs or a cascade may have deleted some objects. Only a loss of all objects suggests a restore.
  if (missing < created || isExplained) return [];
  return [
    warning(
      problem,
      `${SAME_BACKUP} If another program deleted the objects on purpose, there is nothing to do.`,
      missing,
    ),
  ];
}

/** Finds objects without the mappings that runs created. The mappings may be older, or missing in a backup. */
async function mappingsAreOlder({ database }: Patient, model: Model, hasMappings: boolean): Promise<Finding[]> {
  const { count, examples } = await lostMappings(database, model, EXAMPLES);
  if (count === 0) return [];
  const advice = `${SAME_BACKUP} Or sync the files of the systems again, with a match_on that finds the objects.`;
  return hasMappings
    ? [warning(`${counted(count, 'object')} of ${model.name} lost a mapping that a run created.`, advice, count, examples)]
    : [error(`All mappings of ${model.name} are gone, and runs created ${counted(count, 'object')} with a mapping.`, advice, count, examples)]; // prettier-ignore
}

export const restore: Check = {
  name: 'restore',
  about: 'objects, mappings and runs are of the same moment, as far as the newest runs tell',
  needsOwnTables: true,

  async examine(patient) {
    const mapped = await mappingsByModel(patient.database.reader);
    const findings: Finding[] = [];
    for (const model of patient.readable)
      findings.push(
        ...(await tableIsOlder(patient, model)),
        ...(await mappingsAreOlder(patient, model, mapped.has(model.name))),
      );
    return findings;
  },
};
