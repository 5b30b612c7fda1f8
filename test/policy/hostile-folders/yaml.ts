import { document, type HostileFolder, many, policy } from './hostile-folder.ts';

/** One file with a policy and the text after it, in the same document unless the text starts another. */
function file(text: string): { readonly 'policy.yaml': string } {
  return { 'policy.yaml': text };
}

/** Syntax of YAML. */
export const YAML: readonly HostileFolder[] = [
  {
    name: 'yaml: closing brackets',
    outcome: 'yaml_syntax',
    files: (scale = 1) => file(policy('shop', `  x: ${']'.repeat(500_000 * scale)}\n`)),
  },
  {
    name: 'yaml: closing braces and brackets, one a line',
    outcome: 'yaml_syntax',
    files: (scale = 1) => file(policy('shop', `  x: [\n${']\n}\n'.repeat(150_000 * scale)}`)),
  },
  {
    name: 'yaml: opening brackets',
    outcome: 'yaml_syntax',
    files: (scale = 1) => file(policy('shop', `  x: ${'['.repeat(500_000 * scale)}\n`)),
  },
  {
    name: 'yaml: opening braces',
    outcome: 'yaml_syntax',
    files: (scale = 1) => file(policy('shop', `  x: ${'{'.repeat(500_000 * scale)}\n`)),
  },
  {
    name: 'yaml: pairs of brackets within each other',
    outcome: 'yaml_syntax',
    files: (scale = 1) =>
      file(policy('shop', `  x: ${'['.repeat(40_000 * scale)}${']'.repeat(40_000 * scale)}\n`)),
  },
  {
    name: 'yaml: dashes within each other on one line',
    outcome: 'yaml_syntax',
    files: (scale = 1) => file(policy('shop', `  x:\n    ${'- '.repeat(200_000 * scale)}\n`)),
  },
  {
    name: 'yaml: question marks within each other on one line',
    outcome: 'yaml_syntax',
    files: (scale = 1) => file(policy('shop', `  x:\n    ${'? '.repeat(200_000 * scale)}\n`)),
  },
  {
    name: 'yaml: each key deeper than the one before',
    outcome: 'yaml_syntax',
    files: (scale = 1) =>
      file(policy('shop', `  x:\n${many(1_200 * scale, (each) => `${' '.repeat(4 + each)}k:`)}\n`)),
  },
  {
    name: 'yaml: each key in a column of its own, from the right to the left',
    outcome: 'yaml_syntax',
    files: (scale = 1) =>
      file(policy('shop', `  x:\n${many(1_200 * scale, (each) => `${' '.repeat(1_300 - each)}k: v`)}\n`)),
  },
  {
    name: 'yaml: a quote that is not closed',
    outcome: 'yaml_syntax',
    files: (scale = 1) => file(policy('shop', `  x: "${'a line of text\n  '.repeat(50_000 * scale)}`)),
  },
  {
    name: 'yaml: a quote that is not closed on each line',
    outcome: 'yaml_syntax',
    files: (scale = 1) =>
      file(
        policy(
          'shop',
          many(60_000 * scale, (each) => `  k${each}: "text`),
        ),
      ),
  },
  {
    name: 'yaml: text after a quote on each line',
    outcome: 'yaml_syntax',
    files: (scale = 1) =>
      file(
        policy(
          'shop',
          many(50_000 * scale, (each) => `  k${each}: 'a' in b`),
        ),
      ),
  },
  {
    name: 'yaml: a tab on each line',
    outcome: 'yaml_syntax',
    files: (scale = 1) =>
      file(
        policy(
          'shop',
          many(80_000 * scale, (each) => `\tk${each}: v`),
        ),
      ),
  },
  {
    name: 'yaml: a second colon on each line',
    outcome: 'yaml_syntax',
    files: (scale = 1) =>
      file(
        policy(
          'shop',
          many(60_000 * scale, (each) => `  k${each}: a: b`),
        ),
      ),
  },
  {
    name: 'yaml: lines without a colon',
    outcome: 'yaml_syntax',
    files: (scale = 1) =>
      file(
        policy(
          'shop',
          many(50_000 * scale, (each) => `  k${each}: v\n  word`),
        ),
      ),
  },
  {
    name: 'yaml: a mistake in each of many entries within brackets',
    outcome: 'yaml_syntax',
    files: (scale = 1) => file(policy('shop', `  x: [${many(80_000 * scale, () => 'a: b: c {', ',')}]\n`)),
  },
  {
    name: 'yaml: one key thousands of times',
    outcome: 'yaml_duplicate_key',
    files: (scale = 1) => file(policy('shop', '  x: 1\n'.repeat(120_000 * scale))),
  },
  {
    name: 'yaml: one key thousands of times within braces on one line',
    outcome: 'too_large',
    files: (scale = 1) => file(policy('shop', `  x: {${'a: 1, '.repeat(150_000 * scale)}}\n`)),
  },
  {
    name: 'yaml: thousands of unknown fields',
    outcome: 'unknown_field',
    files: (scale = 1) =>
      file(
        policy(
          'shop',
          many(60_000 * scale, (each) => `  field${each}: 1`),
        ),
      ),
  },
  {
    name: 'yaml: thousands of unknown fields on one line',
    outcome: 'unknown_field',
    files: (scale = 1) =>
      file(policy('shop', `  respond: {${many(60_000 * scale, (each) => `f${each}: 1`, ', ')}}\n`)),
  },
  {
    name: 'yaml: thousands of tags on one line',
    outcome: 'yaml_tag',
    files: (scale = 1) => file(policy('shop', `  x: [${many(100_000 * scale, () => '!a 1', ', ')}]\n`)),
  },
  {
    name: 'yaml: a tag without an end',
    outcome: 'yaml_tag',
    files: (scale = 1) =>
      file(
        policy(
          'shop',
          many(3_000 * scale, (each) => `  k${each}: !${'x'.repeat(200)} 1`),
        ),
      ),
  },
  {
    name: 'yaml: thousands of anchors',
    outcome: 'unknown_field',
    files: (scale = 1) =>
      file(
        policy(
          'shop',
          many(50_000 * scale, (each) => `  k${each}: &a${each} 1`),
        ),
      ),
  },
  {
    name: 'yaml: thousands of aliases',
    outcome: 'yaml_alias',
    files: (scale = 1) =>
      file(policy('shop', `  a: &a 1\n${many(60_000 * scale, (each) => `  k${each}: *a`)}\n`)),
  },
  {
    name: 'yaml: aliases of aliases, ten times each',
    outcome: 'yaml_alias',
    files: () =>
      file(
        policy(
          'shop',
          `  k0: &a0 [1]\n${many(9, (each) => `  k${each + 1}: &a${each + 1} [${many(10, () => `*a${each}`, ', ')}]`)}\n`,
        ),
      ),
  },
  {
    name: 'yaml: a chain of merge keys',
    outcome: 'unknown_field',
    files: (scale = 1) =>
      file(
        policy(
          'shop',
          `  k0: &a0 {${many(2_000 * scale, (each) => `f${each}: 1`, ', ')}}\n${many(99, (each) => `  k${each + 1}: &a${each + 1} {<<: *a${each}, g${each}: 1}`)}\n`,
        ),
      ),
  },
  {
    name: 'yaml: merge keys that are not mappings',
    outcome: 'wrong_type',
    files: (scale = 1) => file(policy('shop', `  x: {<<: [${many(150_000 * scale, () => '1', ', ')}]}\n`)),
  },
  {
    name: 'yaml: a hundred thousand empty documents',
    outcome: 'too_large',
    files: (scale = 1) => file(`${policy('shop')}${'---\n'.repeat(200_000 * scale)}`),
  },
  {
    name: 'yaml: thousands of documents of one word',
    outcome: 'wrong_type',
    files: (scale = 1) => file(`${policy('shop')}${'---\na\n'.repeat(100_000 * scale)}`),
  },
  {
    name: 'yaml: thousands of directives',
    outcome: 'yaml_syntax',
    files: (scale = 1) => file(`${'%TAG ! tag:a.example,2000:\n'.repeat(30_000 * scale)}${policy('shop')}`),
  },
  {
    name: 'yaml: a mebibyte of comments',
    outcome: 'loads',
    files: (scale = 1) => file(`${'# a\n'.repeat(240_000 * scale)}${policy('shop')}`),
  },
  {
    name: 'yaml: thousands of comments that silence a warning',
    outcome: 'loads',
    files: (scale = 1) =>
      file(`${'# lictor-ignore: open_allow no reason needed\n'.repeat(20_000 * scale)}${policy('shop')}`),
  },
  {
    name: 'yaml: comments that silence a warning, on lines without anything else',
    outcome: 'loads',
    files: (scale = 1) =>
      file(`${policy('shop')}${'# lictor-ignore: open_allow x\n\n'.repeat(25_000 * scale)}`),
  },
  {
    name: 'yaml: a block scalar of blank lines',
    outcome: 'loads',
    files: (scale = 1) =>
      file(
        document('Dataset', 'd', `\n  values:\n    - |\n${'\n'.repeat(900_000 * scale)}      x`) +
          `---\n${policy('shop')}`,
      ),
  },
  {
    name: 'yaml: a folded text of many lines',
    outcome: 'cel_limit',
    files: (scale = 1) =>
      file(policy('shop', `  variables:\n    v: >\n${many(60_000 * scale, () => '      1 +')}\n      1\n`)),
  },
  {
    name: 'yaml: one text of a mebibyte',
    outcome: 'loads',
    files: (scale = 1) =>
      file(
        `${document('Dataset', 'd', `{values: ["${'a'.repeat(1_000_000 * scale)}"]}`)}---\n${policy('shop')}`,
      ),
  },
  {
    name: 'yaml: one quoted text of escapes',
    outcome: 'loads',
    files: (scale = 1) =>
      file(
        `${document('Dataset', 'd', `{values: ["${'\\u0041'.repeat(160_000 * scale)}"]}`)}---\n${policy('shop')}`,
      ),
  },
  {
    name: 'yaml: wrong escapes in a quoted text',
    outcome: 'yaml_syntax',
    files: (scale = 1) =>
      file(
        `${document('Dataset', 'd', `{values: ["${'\\q'.repeat(200_000 * scale)}"]}`)}---\n${policy('shop')}`,
      ),
  },
  {
    name: 'yaml: bytes that are not UTF-8',
    outcome: 'not_utf8',
    files: (scale = 1) => ({ 'policy.yaml': new Uint8Array(Math.round(1_000_000 * scale)).fill(0xff) }),
  },
  {
    name: 'yaml: bytes of zero',
    outcome: 'stray_file',
    files: (scale = 1) => ({ 'policy.yaml': new Uint8Array(Math.round(1_000_000 * scale)) }),
  },
  {
    name: 'yaml: carriage returns only',
    outcome: 'yaml_syntax',
    files: (scale = 1) => file(policy('shop', `${'\r'.repeat(500_000 * scale)}  x: 1`)),
  },
];
