import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { descriptorSet } from '../support/buf.ts';

const SOURCES = globSync(['policies/**/*.proto', 'docs/cookbook/**/*.proto']);

test('the examples have sources of descriptor sets', () => {
  expect(SOURCES.length).toBeGreaterThanOrEqual(2);
});

test.each(SOURCES)('%s: the descriptor set beside it is what it gives', async (source) => {
  const built = Buffer.from(await descriptorSet({ [basename(source)]: readFileSync(source, 'utf8') }));
  expect(built.equals(readFileSync(source.replace(/proto$/, 'binpb')))).toBe(true);
});
