import { locatePolicy } from '../../../src/policy/compile/policy-locations.ts';

const FILE = `apiVersion: lictor/v1
kind: Policy
metadata: {name: first}
spec:
  limits: [{name: a, key: [source.address], rate: 1/s}]
---
apiVersion: lictor/v1
kind: Policy
metadata:
  name: second
spec:
  authenticate:
    mtls: {}
  schemas:
    - body: {jsonSchema: {}}
    - match: [{methods: [POST]}]
      body: {jsonSchema: {}}
  limits:
    - rate: 1/s
      name: a
      key: [source.address]
`;
const bytes = new TextEncoder().encode(FILE);
const second = { file: 'p.yaml', line: 10, column: 9 };

test('parts have their location in the document of the policy', () => {
  const places = locatePolicy(second, bytes);
  expect(places.mtls).toEqual({ file: 'p.yaml', line: 13, column: 5 });
  expect(places.limit('a').line).toBe(19);
  expect([places.schema(0).line, places.schema(1).line]).toEqual([15, 16]);
  expect(locatePolicy({ file: 'p.yaml', line: 3, column: 18 }, bytes).limit('a').line).toBe(5);
});

test('schemas of a policy with a template have the location of the policy', () => {
  const adopting = new TextEncoder().encode(
    FILE.replace('    mtls: {}\n', '    mtls: {}\n  uses: {template: t}\n'),
  );
  expect(locatePolicy(second, adopting).schema(0)).toEqual(second);
});

test('missing parts have the location of the policy', () => {
  const places = locatePolicy(second, bytes);
  expect([places.jwt, places.allow, places.deny, places.limit('b'), places.schema(2)]).toEqual(
    Array.from({ length: 5 }, () => second),
  );
  const moved = { ...second, line: 11 };
  expect(locatePolicy(moved, bytes).mtls).toEqual(moved);
  expect(locatePolicy(second, new TextEncoder().encode('a: [')).mtls).toEqual(second);
});
