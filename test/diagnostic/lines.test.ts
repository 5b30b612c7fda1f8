import { Lines } from '../../src/diagnostic/lines.ts';

describe('Lines', () => {
  test.each([
    ['a\nbc\n', 0, 1, 1],
    ['a\nbc\n', 2, 2, 1],
    ['a\nbc\n', 3, 2, 2],
    ['a\nbc\n', 5, 3, 1],
    ['a\r\nbc', 4, 2, 2],
    ['😀x', 2, 1, 2],
    ['日本x', 2, 1, 3],
    ['\uFEFFab', 1, 1, 2],
    ['ab', 99, 1, 3],
    ['ab', -1, 1, 1],
    ['', 0, 1, 1],
  ])('in %j the offset %d is %d:%d', (text, offset, line, column) => {
    expect(new Lines(text).position(offset)).toEqual({ line, column });
  });

  test('columns of a long line count code points, wherever a pair of units is', () => {
    for (const unit of ['x', '😀', 'x😀', '日']) {
      const line = unit.repeat(3_000);
      const lines = new Lines(`first\n${line}\nlast ${line}`);
      for (const offset of [0, 1, 1_023, 1_024, 1_025, 2_047, 2_048, 2_049, 2_999]) {
        const column = Array.from(line.slice(0, offset)).length + 1;
        expect([unit, offset, lines.position(6 + offset)]).toEqual([unit, offset, { line: 2, column }]);
        const after = Array.from(`last ${line}`.slice(0, offset)).length + 1;
        expect(lines.position(7 + line.length + offset)).toEqual({ line: 3, column: after });
      }
    }
  });

  test('lines do not include their ends', () => {
    const lines = new Lines('a\r\nb\n\nc');
    expect([1, 2, 3, 4, 5].map((number) => lines.line(number))).toEqual(['a', 'b', '', 'c', '']);
    expect(lines.count).toBe(4);
  });
});
