import { format } from '../../../src/tools/format/format.ts';
import { pick, seeded } from '../../support/seeded.ts';
import { untidyYaml } from '../../support/untidy-yaml.ts';

const PIECES = [
  '#',
  '\n',
  ' ',
  '\t',
  ': ',
  '- ',
  '? ',
  '{',
  ']',
  ',',
  '&a ',
  '*a',
  '|+\n',
  "'",
  '\\',
  '---\n',
  '!!str ',
  '%',
  '<<: ',
  '\r',
  '\u0000',
  '\u2028',
  '\ud800',
] as const;

/** The text with up to four pieces inserted, removed or doubled. */
function damaged(text: string, random: () => number): string {
  let damagedText = text;
  for (let count = 1 + Math.floor(random() * 4); count > 0; count--) {
    const at = Math.floor(random() * damagedText.length);
    const [before, after] = [damagedText.slice(0, at), damagedText.slice(at)];
    const kind = random();
    if (kind < 0.5) damagedText = before + pick(random, PIECES) + after;
    else if (kind < 0.75) damagedText = before + after.slice(1 + Math.floor(random() * 3));
    else damagedText = before + after.slice(0, Math.floor(random() * 30)) + after;
  }
  return damagedText;
}

test('a damaged file is formatted idempotently or rejected', () => {
  const counts = { formatted: 0, broken: 0, fault: 0 };
  for (let seed = 0; seed < 600; seed++) {
    const random = seeded(seed);
    const text = damaged(untidyYaml(random), random);
    const result = format('x.yaml', new TextEncoder().encode(text));
    counts[result.kind]++;
    if (result.kind !== 'formatted') continue;
    const again = format('x.yaml', new TextEncoder().encode(result.text));
    expect(again).toMatchObject({ kind: 'formatted', text: result.text });
  }
  expect(counts.formatted).toBeGreaterThan(100);
  expect(counts.broken).toBeGreaterThan(100);
  // Some invalid files are accepted by the YAML library, which loses a comment; they are not changed.
  expect(counts.fault).toBeLessThan(6);
}, 120_000);

test.each([
  ['invalid UTF-8', new Uint8Array([0x61, 0xff])],
  ['an unknown tag', new TextEncoder().encode('a: !mine 1\n')],
  ['a duplicate key', new TextEncoder().encode('a: 1\na: 2\n')],
  ['an alias without an anchor', new TextEncoder().encode('a: *b\n')],
  ['excessive nesting', new TextEncoder().encode('['.repeat(20_000))],
])('%s is broken', (_, bytes) => {
  const result = format('x.yaml', bytes);
  expect(result.kind).toBe('broken');
  if (result.kind === 'broken') expect(result.mistakes.length).toBeGreaterThan(0);
});

test('an expression that is nested too deeply is not changed', () => {
  const deep = `${'('.repeat(7900)}jwt.present${')'.repeat(7900)}`;
  const text = `apiVersion: lictor/v1
kind: Policy
metadata:
  name: a
spec:
  rules:
    - name: r
      effect: allow
      when: ${deep}
`;
  expect(format('a.yaml', new TextEncoder().encode(text))).toMatchObject({
    kind: 'formatted',
    text,
    isChanged: false,
  });
});
