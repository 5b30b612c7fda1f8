import { describedEdit } from '../../src/diagnostic/advice.ts';

/** `written` with the edit that the help describes; undefined if it describes none. */
function edited(message: string, help: string, written: string): string | undefined {
  const edit = describedEdit(message, help, written);
  return edit && written.slice(0, edit.start) + edit.text + written.slice(edit.end);
}

describe('describedEdit', () => {
  test.each([
    ['expected text', 'put it in quotes: `"1.10"`', '1.10', '"1.10"'],
    ['expected a list', 'write it as a list: `[{methods: [GET]}]`', '{methods: [GET]}', '[{methods: [GET]}]'],
    ['`get` is not in upper case', 'write `GET`', '"get"', '"GET"'],
    ['unknown rule `reders`', 'did you mean `readers`?', 'orders/reders', 'orders/readers'],
    ['`a`: unknown name `request.metod`', 'did you mean `request.method`?', 'metod', 'method'],
    ['`a`: unknown name `x.metod`', 'did you mean `request.method`?', 'metod', undefined],
    ['a parameter is missing', 'write `with: {host: ...}`', 'uses', undefined],
    ['the file has no policy documents', 'did you mean `apiVersion: lictor/v1`?', '', undefined],
    ['`x` is not a valid duration', 'write it like `30s`, `5m`, `1h30m` or `500ms`', 'x', undefined],
    ['unknown method `toString`', 'did you mean `string(x)`?', 'toString', undefined],
  ])('%s, %s', (message, help, written, wanted) => {
    expect(edited(message, help, written)).toBe(wanted);
  });
});
