import type { Diagnostic } from '../../../src/diagnostic/diagnostic.ts';
import type { PolicySet } from '../../../src/engine/set/policy-set.ts';
import type { Folder } from '../../../src/policy/source/folder.ts';
import { diagnostic } from '../../../src/policy/source/load.ts';
import type { CompileResult } from '../../../src/policy/source/load-policy-set.ts';
import { barePolicy, bareSet } from '../../support/bare-policy.ts';
import { texts } from './scratch.ts';

/**
 * A compiler for tests of folders: each word of a file is a policy, `@file` adds the words of that file, `!word` is a
 * mistake.
 */
export function compileWords(folder: Folder): CompileResult {
  const names: string[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const [path, text] of Object.entries(texts(folder.yaml))) {
    for (const word of text.split(' ').filter((part) => part !== '')) {
      const found = word.startsWith('@') ? folder.read(path, word.slice(1)) : undefined;
      if (word.startsWith('!')) diagnostics.push(diagnostic('yaml_syntax', path, `\`${word}\``, 'remove it'));
      else if (found === undefined) names.push(word);
      else if (found.problem !== undefined) {
        diagnostics.push(diagnostic('invalid_reference', path, `\`${word}\` ${found.problem}`, 'add it'));
      } else names.push(Buffer.from(found.bytes).toString());
    }
  }
  const set = bareSet(names.map(barePolicy));
  return { set: diagnostics.length > 0 ? undefined : set, diagnostics };
}

/** The names of the policies of a set, such as `one+two`. */
export function nameOf(set: PolicySet | undefined): string {
  return set === undefined ? 'nothing' : set.policies.map((policy) => policy.name).join('+');
}
