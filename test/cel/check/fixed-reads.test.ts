import { createEnvironment, extendEnvironment } from '../../../src/cel/check/environment.ts';
import { compile } from '../../../src/cel/compile.ts';
import { prepareCidrs } from '../../../src/cel/value/cidr-set.ts';

const LIST = { type: 'list(string)', max: 200_000, isFixed: true } as const;
const environment = extendEnvironment(
  createEnvironment({ ip: { type: 'string' }, key: { type: 'string' }, sent: { type: 'list(string)' } }),
  'data',
  new Map([
    ['blocks', LIST],
    ['few', { ...LIST, max: 300 }],
    ['by_block', { ...LIST, type: 'map(string, int)' }],
    ['by_key', { ...LIST, type: 'map(string, list(string))' }],
    ['nested', { ...LIST, type: 'map(string, map(string, list(string)))' }],
  ]),
);

const compiled = (source: string) => compile(source, environment, { result: ['bool'] });

test.each([
  ['cidrs(data.blocks).containsIP(ip)', 'data.blocks', []],
  ["cidrs(data['blocks']).containsIP(ip)", 'data.blocks', []],
  ['cidrs(data.by_block).containsIP(ip)', 'data.by_block', []],
  ['cidrs(data.by_key[key]).containsIP(ip)', 'data.by_key', [undefined]],
  ["cidrs(data.by_key['a']).containsIP(ip)", 'data.by_key', ['a']],
  ['cidrs(data.by_key[?key].orValue([])).containsIP(ip)', 'data.by_key', [undefined]],
  ['cidrs(data.nested.a[key]).containsIP(ip)', 'data.nested', ['a', undefined]],
])('%s reads its blocks at load time, and costs nothing', (source, name, keys) => {
  expect(compiled(source)).toMatchObject({ preparedParts: [{ name, keys }], warnings: [] });
});

test.each([
  'cidrs(sent).containsIP(ip)',
  'cidrs(data.blocks.map(b, b)).containsIP(ip)',
  'size(data.blocks) > 1',
])('%s reads nothing at load time', (source) => {
  expect(compiled(source)).toMatchObject({ preparedParts: [] });
});

test('a prepared list of any length takes no steps, and another one pays for each block', () => {
  const blocks = Array.from({ length: 50_000 }, (_, at) => `10.${at >> 8}.${at & 255}.0/24`);
  prepareCidrs(blocks);
  const { program } = compiled('cidrs(data.blocks).containsIP(ip)');
  expect(program?.evaluate({ ip: '10.7.9.1', data: { blocks } })).toBe(true);
  expect(program?.evaluate({ ip: '11.7.9.1', data: { blocks } })).toBe(false);
  expect(program?.evaluate({ ip: 'office', data: { blocks } })).toMatchObject({ code: 'bad_ip' });
  expect(program?.evaluate({ ip: '10.7.9.1', data: { blocks: [...blocks] } })).toMatchObject({
    code: 'too_many_steps',
  });
  expect(program?.evaluate({ ip: '10.7.9.1', data: { blocks: ['office'] } })).toMatchObject({
    code: 'bad_cidr',
  });
});

const SCAN = 'cel_block_scan';

test.each([
  ['data.blocks.exists(b, cidr(b).containsIP(ip))', 'write `cidrs(data.blocks).containsIP(ip)`'],
  ['!data.by_key[key].exists(b, cidr(b).containsIP(ip))', 'write `cidrs(data.by_key[key]).containsIP(ip)`'],
])('%s: %s', (source, help) => {
  expect(compiled(source)).toMatchObject({ warnings: [{ code: SCAN, help }] });
});

test.each([
  'data.few.exists(b, cidr(b).containsIP(ip))',
  'sent.exists(b, cidr(b).containsIP(ip))',
  'data.blocks.exists(b, cidr(b).containsIP(b))',
  'data.blocks.exists(b, cidr(ip).containsIP(ip))',
  'data.few.all(b, cidr(b).containsIP(ip))',
  'data.few.exists(i, b, cidr(b).containsIP(ip))',
])('%s is not reported', (source) => {
  const { warnings = [] } = compiled(source) as { readonly warnings?: readonly { readonly code: string }[] };
  expect(warnings.filter(({ code }) => code === SCAN)).toEqual([]);
});
