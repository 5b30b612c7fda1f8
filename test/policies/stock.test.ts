import { readFileSync } from 'node:fs';
import { descriptorSet } from '../support/buf.ts';

const FOLDER = 'policies/stock';

test('the descriptor set of the example is what its source gives', async () => {
  const source = readFileSync(`${FOLDER}/stock.proto`, 'utf8');
  const built = Buffer.from(await descriptorSet({ 'stock.proto': source }));
  expect(built.equals(readFileSync(`${FOLDER}/stock.binpb`))).toBe(true);
});
