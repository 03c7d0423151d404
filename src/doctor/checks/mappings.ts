/** Mappings to objects or models that do not exist. */
import type { ModelCatalog } from '../../models';
import { countDangling, danglingExamples, MAPPINGS, mappingsByModel } from '../../records';
import { counted } from '../../wording';
import { type Check, error, EXAMPLES, type Finding, idCounter, type Patient, warning } from '../check';

async function dangling(patient: Patient): Promise<Finding[]> {
  const { database, readable } = patient;
  const findings: Finding[] = [];
  for (const model of readable) {
    const { name } = model;
    const next = idCounter(patient, model)?.next ?? null;
    const { count, ahead } = await countDangling(database, model, next);
    const gone = count - ahead;
    const examples = (isAhead: boolean): Promise<string[]> => danglingExamples(database, model, next, isAhead, EXAMPLES); // prettier-ignore
    if (ahead > 0)
      findings.push(
        error(
          `${counted(ahead, 'mapping')} of ${name} will point to wrong objects: their ids do not exist yet, and the next object receives the id ${next}.`,
          `Restore table ${model.table.name} and nsync's own tables from the same backup. If the objects were deleted, delete their mappings before the next sync.`,
          ahead,
          await examples(true),
        ),
      );
    if (gone > 0)
      findings.push(
        warning(
          `${counted(gone, 'mapping')} of ${name} ${gone === 1 ? 'points to an object that does' : 'point to objects that do'} not exist.`,
          `List them: nsync mappings --model ${name} --dangling. A sync repairs those whose rows it creates or finds. Delete the others.`,
          gone,
          await examples(false),
        ),
      );
  }
  return findings;
}

function unknownModel(name: string, count: number, catalog: ModelCatalog): Finding {
  const near = catalog.find(name);
  const advice = near
    ? `If they belong to ${near.name}: UPDATE ${MAPPINGS.table} SET model = '${near.name}' WHERE model = '${name}'.`
    : 'Load the model again (NSYNC_MODELS, NSYNC_SCHEMAS, NSYNC_INCLUDE, NSYNC_EXCLUDE), or delete the mappings.';
  return warning(`${counted(count, 'mapping')} of model ${name}, which does not exist.`, advice, count);
}

export const mappings: Check = {
  name: 'mappings',
  about: 'mappings point to models and objects that exist',
  needsOwnTables: true,

  async examine(patient) {
    const { catalog } = patient;
    const names = new Set(catalog.models.map(({ name }) => name));
    const unknown = [...(await mappingsByModel(patient.database.reader))].filter(([name]) => !names.has(name));
    return [...(await dangling(patient)), ...unknown.map(([name, count]) => unknownModel(name, count, catalog))];
  },
};
