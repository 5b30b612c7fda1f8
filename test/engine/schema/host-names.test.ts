import { isIdnHostname } from '../../../src/engine/schema/host-names.ts';

describe('host names with a label from right to left (RFC 5893, section 2)', () => {
  test.each([
    ['שלום.example', true],
    ['xn--9dbne9b.example', true],
    ['מספר1.example', true],
    ['ابc.example', false],
    ['cא.example', false],
    ['1א.example', false],
    ['א-.example', false],
    ['א٠.example', true],
    ['א٠1.example', false],
    ['שָׁ.example', true],
    ['שלום.7example', false],
    ['7.example', true],
    ['bücher.example', true],
  ])('%s: %s', (name, isValid) => {
    expect(isIdnHostname(name)).toBe(isValid);
  });
});
