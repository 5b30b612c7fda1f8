import { type HostileFolder, many, policy } from './hostile-folder.ts';

/** Expressions. */
export const EXPRESSIONS: readonly HostileFolder[] = [
  {
    name: 'expressions: a different one for each of thousands of rules',
    outcome: 'loads',
    files: (scale = 1) => ({
      'policy.yaml': policy('shop').replace(
        'rules: [{name: all, effect: allow}]',
        `rules:\n${many(10_000 * scale, (each) => `    - {name: r${each}, effect: allow, when: "request.path == '/${each}'"}`)}`,
      ),
    }),
  },
  {
    name: 'expressions: one of the largest size in each rule',
    outcome: 'loads',
    files: (scale = 1) => ({
      'policy.yaml': policy('shop').replace(
        'rules: [{name: all, effect: allow}]',
        `rules:\n${many(60 * scale, (each) => `    - {name: r${each}, effect: allow, when: "request.size in [${many(3_200, (item) => `${item + each}`, ',')}]"}`)}`,
      ),
    }),
  },
  {
    name: 'expressions: macros within macros',
    outcome: 'loads',
    files: (scale = 1) => {
      const depth = Math.max(1, Math.round(30 * scale));
      const nested = `${many(depth, (each) => `[1, 2].all(x${each}, `, '')}true${')'.repeat(depth)}`;
      return {
        'policy.yaml': policy(
          'shop',
          `  variables:\n${many(300 * scale, (each) => `    v${each}: "${nested}"`)}\n`,
        ),
      };
    },
  },
  {
    name: 'expressions: brackets deeper than allowed',
    outcome: 'cel_limit',
    files: (scale = 1) => ({
      'policy.yaml': policy(
        'shop',
        `  variables:\n${many(60 * scale, (each) => `    v${each}: "${'('.repeat(8_000)}1${')'.repeat(8_000)}"`)}\n`,
      ),
    }),
  },
  {
    name: 'expressions: operators without operands',
    outcome: 'cel_limit',
    files: (scale = 1) => ({
      'policy.yaml': policy(
        'shop',
        `  variables:\n${many(60 * scale, (each) => `    v${each}: "${'1 + '.repeat(4_000)}"`)}\n`,
      ),
    }),
  },
  {
    name: 'expressions: a mistake at the end of each of many long lines',
    outcome: 'cel_limit',
    files: (scale = 1) => ({
      'policy.yaml': policy(
        'shop',
        `  variables:\n${many(60 * scale, (each) => `    v${each}: "${'nme + '.repeat(2_600)}1"`)}\n`,
      ),
    }),
  },
  {
    name: 'expressions: a list of unknown names in each of many rules',
    outcome: 'cel_unknown_name',
    files: (scale = 1) => ({
      'policy.yaml': policy(
        'shop',
        `  variables:\n${many(60 * scale, (each) => `    v${each}: "[${'nme,'.repeat(3_600)}1]"`)}\n`,
      ),
    }),
  },
  {
    name: 'expressions: one that repeats a text a thousand times, in each of many rules',
    outcome: 'cel_literal',
    files: (scale = 1) => ({
      'policy.yaml': policy(
        'shop',
        `  variables:\n${many(300 * scale, (each) => `    v${each}: "request.path.matches('(${'abcdefgh'.repeat(100)}){1000}${each}')"`)}\n`,
      ),
    }),
  },
  {
    name: 'expressions: regular expressions that are large when compiled',
    outcome: 'too_large',
    files: (scale = 1) => ({
      'policy.yaml': policy(
        'shop',
        `  variables:\n${many(480 * scale, (each) => `    v${each}: "request.path.matches(r'^(\\\\w{1,900}){1,1}${each}$')"`)}\n`,
      ),
    }),
  },
  {
    name: 'expressions: regular expressions with a class of all scripts',
    outcome: 'loads',
    files: (scale = 1) => ({
      'policy.yaml': policy(
        'shop',
        `  variables:\n${many(480 * scale, (each) => `    v${each}: "request.path.matches(r'(?i)[\\\\p{L}\\\\p{N}]+${each}')"`)}\n`,
      ),
    }),
  },
  {
    name: 'expressions: thousands of variables of which each reads the one before',
    outcome: 'too_large',
    files: (scale = 1) => ({
      'policy.yaml': policy(
        'shop',
        `  variables:\n    v0: request.size\n${many(6_000 * scale, (each) => `    v${each + 1}: variables.v${each} + 1`)}\n`,
      ),
    }),
  },
  {
    name: 'expressions: thousands of variables in one expression',
    outcome: 'too_large',
    files: (scale = 1) => ({
      'policy.yaml': policy(
        'shop',
        `  variables:\n${many(1_200 * scale, (each) => `    v${each}: request.size`)}\n    all: "[${many(1_000 * scale, (each) => `variables.v${each}`, ',')}]"\n`,
      ),
    }),
  },
  {
    name: 'expressions: unknown names beside thousands of variables',
    outcome: 'too_large',
    files: (scale = 1) => ({
      'policy.yaml': policy(
        'shop',
        `  variables:\n${many(5_000 * scale, (each) => `    variable${each}: "1"`)}\n${many(5_000 * scale, (each) => `    w${each}: variables.vraiable${each}`)}\n`,
      ),
    }),
  },
  {
    name: 'expressions: sums that double in length',
    outcome: 'loads',
    files: (scale = 1) => {
      const length = Math.round(24 * scale);
      return {
        'policy.yaml': policy(
          'shop',
          `  variables:\n    v0: "'0123456789'"\n${many(length, (each) => `    v${each + 1}: variables.v${each} + variables.v${each}`)}\n`,
        ),
      };
    },
  },
  {
    name: 'expressions: types within types, one level deeper for each variable',
    outcome: 'loads',
    files: (scale = 1) => ({
      'policy.yaml': policy(
        'shop',
        `  variables:\n    v0: "[1]"\n${many(480 * scale, (each) => `    v${each + 1}: "[variables.v${each}]"`)}\n`,
      ),
    }),
  },
  {
    name: 'expressions: maps of types that double with each variable',
    outcome: 'loads',
    files: (scale = 1) => ({
      'policy.yaml': policy(
        'shop',
        `  variables:\n    v0: "1"\n${many(40 * scale, (each) => `    v${each + 1}: "[[variables.v${each}], [variables.v${each}]]"`)}\n`,
      ),
    }),
  },
];
