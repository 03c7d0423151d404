/** The playground's proposals, by the place of the cursor (|) among the literals of an operation or of its variables. */
import { placeAt } from '../../playground/cursor';
import { type Catalog, proposalsAt } from '../../playground/proposals';

const field = (name: string, writable = true) => ({ name, type: 'STRING', writable });
const relation = (name: string, model: string, reason: string | null = null) => ({ name, model, reason });
const CATALOG: Catalog = {
  systems: ['HRSystem', 'Land registry'],
  models: [
    {
      name: 'House',
      fields: [field('address'), field('size', false), field('owner_id')],
      relations: [relation('owner', 'Person')],
      setters: [],
    },
    {
      name: 'Person',
      fields: [field('first_name'), field('model')],
      relations: [relation('houses', 'House'), relation('odd', 'House', 'it has no key')],
      setters: ['photo_filename'],
    },
  ],
};
const MODELS = ['House', 'Person'];
const SYSTEMS = ['HRSystem', 'Land registry'];
const HOUSE = ['address', 'owner_id', 'owner'];
const PERSON = ['first_name', 'model', 'houses', 'photo_filename'];
const HOUSE_MATCHES = ['address', 'size', 'owner_id', 'owner=>first_name', 'owner=>model'];

function proposed(text: string): string[] {
  const offset = text.indexOf('|');
  const place = placeAt(text.slice(0, offset) + text.slice(offset + 1), offset);
  return place ? proposalsAt(CATALOG, place).map((proposal) => proposal.text) : [];
}

describe('the playground proposes', () => {
  it.each<[name: string, text: string, expected: readonly string[]]>([
    ['models', '{ objects(model: "|") { nodes { id } } }', MODELS],
    ['models without quotes', '{ objects(model: |', MODELS],
    ['models of an input', 'mutation { syncRows(input: { system: "S", model: "|", rows: [] }) { run { id } } }', MODELS],
    ['models by name', '{ model(name: "|") { name } }', MODELS],
    ['models in variables', '{ "input": { "model": "Ho|" } }', MODELS],
    ['models without a value yet', '{ "input": { "model": |\n "rows": [] } }', MODELS],
    ['models of files', 'mutation { syncCsvFiles(input: { files: [{ csv: "a", model: "|" }] }) { run { id } } }', MODELS],
    ['systems', 'mutation { syncRows(input: { system: "|" }) }', SYSTEMS],
    ['systems by name', '{ externalSystem(name: "|") { name } }', SYSTEMS],
    ['systems in filters', '{ externalKeyMappings(filter: { system: "|" }) { totalCount } }', SYSTEMS],
    ['systems in variables', '{ "system": "|" }', SYSTEMS],
    ['fields', 'mutation { syncRows(input: { model: "House", rows: [{ values: { | } }] }) }', HOUSE],
    ['fields where the model comes later', 'mutation { syncRows(input: { rows: [{ values: { ad| } }], model: "House" }) }', HOUSE],
    ['fields after others', 'mutation { syncRows(input: { model: "Person", rows: [{ values: { first_name: "B" | } }] }) }', PERSON],
    ['fields of a model in any case', 'mutation { syncRows(input: { model: "hOUSE", rows: [{ values: { | } }] }) }', HOUSE],
    ['fields beside a field called model', 'mutation { syncRows(input: { model: "Person", rows: [{ values: { model: "House", | } }] }) }', PERSON],
    ['fields of a reference', 'mutation { syncRows(input: { model: "House", rows: [{ values: { owner: { | } } }] }) }', PERSON],
    ['fields of a reference of a reference', '{ "model": "House", "rows": [{ "values": { "owner": { "houses": { "|" } } } }] }', HOUSE],
    ['fields in variables', '{ "input": { "model": "House", "rows": [{ "values": { "|" } }] } }', HOUSE],
    ['fields in variables without quotes', '{ "input": { "model": "House", "rows": [{ "values": { | } }] } }', HOUSE],
    ['steps of a path', '{ "model": "House", "rows": [{ "values": { "owner=>|": "x" } }] }', ['owner=>first_name', 'owner=>model', 'owner=>houses']],
    ['fields to compare', '{ objects(model: "House", where: { | }) { nodes { id } } }', ['address', 'size', 'owner_id']],
    ['names to match on', 'mutation { syncRows(input: { model: "House", defaults: { matchOn: ["|"] } }) }', HOUSE_MATCHES],
    ['a name to match on', 'mutation { syncRows(input: { model: "House", defaults: { matchOn: "|" } }) }', HOUSE_MATCHES],
    ['a second name to match on', '{ "model": "House", "rows": [{ "matchOn": ["address ow|"] }] }', HOUSE_MATCHES],
    ['names of columns', '{ "model": "House", "columns": [{ "header": "A", "name": "|" }] }', [...HOUSE_MATCHES, 'action_flags', 'match_on', 'external_key']],
    ['flags', 'mutation { syncRows(input: { defaults: { actionFlags: "|" } }) }', ['c', 'u', 'u*', 'cu', 'cu*', 'd', 'd*']],
  ])('%s', (_name, text, expected) => expect(proposed(text)).toEqual(expected)); // prettier-ignore

  it.each<[name: string, text: string]>([
    ['in selections', '{ models { | } }'],
    ['for arguments', '{ objects(|) { nodes { id } } }'],
    ['for values of fields', 'mutation { syncRows(input: { model: "House", rows: [{ values: { address: "|" } }] }) }'],
    ['in comments', '# model: "|"\n{ models { name } }'],
    ['in a CSV text', 'mutation { syncCsv(input: { model: "House", csv: """\nadd|\n""" }) }'],
    ['of a model that there is not', 'mutation { syncRows(input: { model: "Nobody", rows: [{ values: { | } }] }) }'],
    ['of a relation that there is not', 'mutation { syncRows(input: { model: "House", rows: [{ values: { nobody: { | } } }] }) }'],
    ['after the end', '{ models { name } }\n|'],
    ['in a key of an input', '{ "input": { "mod|" } }'],
  ])('nothing %s', (_name, text) => expect(proposed(text)).toEqual([])); // prettier-ignore

  it('without failing in any unfinished text', () => {
    const text =
      'mutation A { syncRows(input: { model: "House", rows: [{ values: { owner: { first_name: """a""" } }, matchOn: ["a"] }] }) }';
    for (let end = 0; end <= text.length; end += 1) expect(() => placeAt(text.slice(0, end), end)).not.toThrow();
  });
});
