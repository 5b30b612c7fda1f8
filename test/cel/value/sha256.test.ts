import { createHash } from 'node:crypto';
import { sha256 } from '../../../src/cel/value/sha256.ts';

test('digests are those of the platform, at every length around the blocks', () => {
  for (let length = 0; length < 200; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 37 + length) & 0xff);
    expect(Buffer.from(sha256(bytes)).toString('hex')).toBe(createHash('sha256').update(bytes).digest('hex'));
  }
});
