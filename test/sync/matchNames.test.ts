/** Names in match_on, with any separators (R4, R5). */
import { tokensOf } from '../../src/sync/read/matchExpression';

const NAMES = new Set(['id', 'email', 'Last Name', 'First Name', 'Name, first', 'a,b', 'boss=>email']);

describe('match_on', () => {
  it.each([
    ['id email', ['id', 'email']],
    ['id,email', ['id', 'email']],
    [' id , email,, ', ['id', 'email']],
    ['Last Name,First Name', ['Last Name', 'First Name']],
    ['Last Name, First Name |', ['Last Name', 'First Name', '|']],
    ['id,Name, first,email', ['id', 'Name, first', 'email']],
    ['a,b,id', ['a,b', 'id']],
    ['boss=>email,id', ['boss=>email', 'id']],
    ['id,nobody', ['id', 'nobody']],
    ['id;email', ['id;email']],
    [' , ', []],
  ])('R4: %j is %j', (matchOn, tokens) => {
    expect(tokensOf(matchOn, (name) => NAMES.has(name))).toEqual(tokens);
  });
});
