import { fileOf, OpenDocuments, pathWithin } from '../../../src/tools/editor/documents.ts';

test.each([
  ['a drive as VS Code writes it', 'file:///c%3A/a%20b/x.yaml', 'C:\\a b\\x.yaml'],
  ['a drive as other editors write it', 'file:///C:/a%20b/x.yaml', 'C:\\a b\\x.yaml'],
  ['a share', 'file://server/share/x%23.yaml', '\\\\server\\share\\x#.yaml'],
  ['a document that is not a file', 'untitled:Untitled-1', undefined],
  ['a slash within a name', 'file:///c%3A/a%2Fb.yaml', undefined],
])('%s on Windows', (_, uri, path) => {
  expect(fileOf(uri, true)).toBe(path);
});

test('elsewhere a path has its characters, and a colon is one of them', () => {
  expect(fileOf('file:///srv/a%20b/%C3%A9%25.yaml', false)).toBe('/srv/a b/é%.yaml');
  expect(fileOf('file:///c%3A/x.yaml', false)).toBe('/c:/x.yaml');
  expect(fileOf('file://server/x.yaml', false)).toBeUndefined();
});

test('a document keeps the spelling of its editor, and is in the folder of another spelling', () => {
  const documents = new OpenDocuments();
  const uri = 'file:///srv/a%20b/%70olicy.yaml';
  expect(documents.set(uri, '')).toBe(true);
  expect([...documents.within('/srv/a b').keys()]).toEqual(['policy.yaml']);
  expect(documents.uriOf('/srv/a b/policy.yaml')).toBe(uri);
  expect(documents.uriOf('/srv/a b/other.yaml')).toBe('file:///srv/a%20b/other.yaml');
  expect(pathWithin('/srv/a', '/srv/a b/policy.yaml')).toBeUndefined();
});
