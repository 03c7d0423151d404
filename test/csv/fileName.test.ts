/** Systems and models in the names of files. */
import { fileNameReader, type GivenIdentity } from '../../src/csv';

const read = (name: string | null, pattern?: string, given: GivenIdentity = {}) => {
  const { system, model } = fileNameReader(pattern)(name, given);
  return [system, model];
};

describe('the name of a file', () => {
  it.each<[string, string | undefined, GivenIdentity, string[]]>([
    ['HR_demo_Person.csv', undefined, {}, ['HR', 'Person']],
    ['C:\\files\\HR_demo_Person-2.CSV', undefined, {}, ['HR', 'Person-2']],
    ['HR_demo_Person.csv', undefined, { system: 'ERP' }, ['ERP', 'Person']],
    ['anything', undefined, { system: 'ERP', model: 'Car' }, ['ERP', 'Car']],
    ['Persons.csv', '(?P<model_name>[a-z]+)s\\.csv\\Z', { system: 'ERP' }, ['ERP', 'Person']],
    ['HR.csv', '(?P<external_system>\\w+)', { model: 'Car' }, ['HR', 'Car']],
    ['hr-car', '(?i)\\A(?P<external_system>[A-Z]+)\\-(?P<model_name>[A-Z]+)', {}, ['hr', 'car']],
    ['HR_Car', '(?P<external_system>[^\\_]+)\\_(?P<model_name>\\w+)', {}, ['HR', 'Car']],
    ['a-b_Car', '(?P<external_system>[a\\-b]+)_(?P<model_name>\\w+)', {}, ['a-b', 'Car']],
    ['HR.HR.Car', '(?P<external_system>\\w+)\\.(?P=external_system)\\.(?P<model_name>\\w+)', {}, ['HR', 'Car']],
  ])('%s by %s, given %j', (name, pattern, given, found) => {
    expect(read(name, pattern, given)).toEqual(found);
  });

  it.each<[string, string | null, string | undefined, GivenIdentity, RegExp]>([
    [
      'INVALID_FILE_NAME',
      'persons.csv',
      undefined,
      {},
      /must contain the external system and the model\. Rename the file to match /,
    ],
    ['INVALID_FILE_NAME', `HR_demo_${'x'.repeat(300)}.csv`, undefined, {}, /must contain/],
    ['BAD_USER_INPUT', null, undefined, {}, /requires a name/],
    ['BAD_USER_INPUT', 'x', '(', {}, /not a regular expression/],
    ['BAD_USER_INPUT', 'x', '(?P<model_name>x)', {}, /requires the named group external_system/],
    ['BAD_USER_INPUT', 'x', 'x'.repeat(1001), {}, /at most 1000 characters, not 1001/],
    ['BAD_USER_INPUT', `${'a'.repeat(60)}!`, '^(?<external_system>(a+)+)(?<model_name>(a+)+)$', {}, /takes too long/],
  ])('answers %s for %s by %s, given %j', (code, name, pattern, given, message) => {
    const began = performance.now();
    expect(() => read(name, pattern, given)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) as string }),
    );
    expect(performance.now() - began).toBeLessThan(2000);
  });
});
