import { check } from '../../../src/cel/check/check.ts';
import { parse } from '../../../src/cel/syntax/parse.ts';
import { valueAt } from '../../../src/policy/yaml/tree.ts';
import { readYaml } from '../../../src/policy/yaml/yaml-file.ts';
import { completeExpression } from '../../../src/tools/editor/complete-expression.ts';
import type { EditedFolder } from '../../../src/tools/editor/edited-folder.ts';
import { nodesAt } from '../../../src/tools/editor/expression-site.ts';
import { describeNode } from '../../../src/tools/editor/hover.ts';
import { MARKER } from '../../../src/tools/editor/proposal.ts';
import { ORDER_NAMES } from '../../protobuf/orders.ts';

/** Labels and details of the proposals at the end of an expression over an order. */
function proposals(source: string): readonly string[] {
  const bytes = new TextEncoder().encode(`when: ${source}${MARKER}\n`);
  const [document] = readYaml('a.yaml', bytes).documents;
  const tree = document?.tree?.kind === 'mapping' ? document.tree : undefined;
  const value = valueAt(tree, 'when');
  if (tree === undefined || value?.kind !== 'scalar') throw new Error('the document is not a mapping');
  const folder = { environment: () => ORDER_NAMES } as unknown as EditedFolder;
  const { items } = completeExpression(value, { kind: undefined, name: '', tree }, folder, 'expression');
  return items.map(({ label, detail }) => `${label}: ${detail ?? ''}`);
}

test.each([
  ['request.body.', ['id: string', 'items: list(acme.orders.v1.Item)', 'discount: wrapper(int)']],
  ['request.body.parent.to', ['total_cents: int']],
  ['request.body.items[0].', ['sku: string', 'quantity: uint', 'price: double']],
  ['request.body.?parent.?', ['labels: map(string, string)']],
])('the fields of a message are proposed after `%s`', (source, expected) => {
  expect(proposals(source)).toEqual(expect.arrayContaining(expected));
});

test('a message has no methods', () => {
  expect(proposals('request.body.items[0].')).toHaveLength(3);
});

function described(source: string, at: number): string | undefined {
  const checked = check(source, parse(source), ORDER_NAMES);
  const node = nodesAt(checked.root, at).at(-1);
  return node && describeNode(node, { checked, environment: ORDER_NAMES });
}

test('the text about a message has its type and its fields', () => {
  expect(described('request.body.items[0].sku', 10)).toContain('request.body: acme.orders.v1.Order');
  expect(described('request.body.items[0].sku', 10)).toContain('with `id`, `items`, `total_cents`');
  expect(described('request.body.items[0].sku', 24)).toContain('sku: string');
});

test('the text about a value of an enum has its number', () => {
  expect(described('request.body.state == State.PAID', 29)).toMatch(/State\.PAID: int\n[^]*1$/);
});
