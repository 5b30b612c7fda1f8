import { document, type Files, type HostileFolder, many, policy } from './hostile-folder.ts';

function adopters(template: string, count: number): Files {
  return {
    'template.yaml': document('PolicyTemplate', 't', template),
    'policies.yaml': many(
      count,
      (each) => document('Policy', `p${each}`, `{uses: {template: t, with: {host: h${each}.example}}}`),
      '---\n',
    ),
  };
}

const PARAMETERS = '\n  parameters: {host: {type: string}}\n  match: [{hosts: [{param: host}]}]\n';

/** Documents of the language. */
export const POLICIES: readonly HostileFolder[] = [
  {
    name: 'templates: five hundred rules times eight hundred adopters',
    outcome: 'too_large',
    files: (scale = 1) =>
      adopters(
        `${PARAMETERS}  rules:\n${many(500 * scale, (each) => `    - {name: r${each}, effect: allow, when: "request.path == '/a${each}'"}`)}\n`,
        800 * scale,
      ),
  },
  {
    name: 'templates: a dozen rules times eight hundred adopters',
    outcome: 'loads',
    files: (scale = 1) =>
      adopters(
        `${PARAMETERS}  rules:\n${many(12, (each) => `    - {name: r${each}, effect: allow, when: "request.path == '/a${each}' && params.host != 'x'"}`)}\n`,
        800 * scale,
      ),
  },
  {
    name: 'templates: a schema of many members times a thousand adopters',
    outcome: 'too_large',
    files: (scale = 1) =>
      adopters(
        `${PARAMETERS}  rules: [{name: r, effect: allow}]\n  schemas:\n    - body:\n        jsonSchema:\n          type: object\n          properties:\n${many(1_500 * scale, (each) => `            m${each}: {type: string}`)}\n`,
        1_000 * scale,
      ),
  },
  {
    name: 'templates: one large parameter in a thousand places',
    outcome: 'too_large',
    files: (scale = 1) => ({
      'template.yaml': document(
        'PolicyTemplate',
        't',
        `\n  parameters: {hosts: {type: list(string)}}\n  rules:\n${many(3_000 * scale, (each) => `    - {name: r${each}, effect: allow, match: [{hosts: [{param: hosts}]}]}`)}\n`,
      ),
      'policy.yaml': document(
        'Policy',
        'p',
        `{uses: {template: t, with: {hosts: [${many(5_000 * scale, (each) => `h${each}.example`, ', ')}]}}}`,
      ),
    }),
  },
  {
    name: 'templates: a mistake times a thousand adopters',
    outcome: 'unknown_field',
    files: (scale = 1) =>
      adopters(
        `${PARAMETERS}  rules:\n${many(20, (each) => `    - {name: r${each}, effect: allow, whenn: "true"}`)}\n`,
        1_000 * scale,
      ),
  },
  {
    name: 'lists: thousands of principals',
    outcome: 'loads',
    files: (scale = 1) => ({
      'policy.yaml': policy(
        'shop',
        `  authenticate: {mtls: {principals: [${many(15_000 * scale, (each) => `"spiffe://acme.example/ns/shop/sa/s${each}"`, ', ')}]}}\n`,
      ),
    }),
  },
  {
    name: 'lists: five hundred principals in each of many policies',
    outcome: 'loads',
    files: (scale = 1) => ({
      'policies.yaml': many(
        40 * scale,
        (index) =>
          policy(
            `p${index}`,
            `  authenticate: {mtls: {principals: [${many(500, (each) => `"spiffe://a.example/ns/*/sa/*${each}*"`, ', ')}]}}\n`,
          ),
        '---\n',
      ),
    }),
  },
  {
    name: 'lists: principals of many wildcards',
    outcome: 'loads',
    files: (scale = 1) => ({
      'policy.yaml': policy(
        'shop',
        `  authenticate: {mtls: {principals: [${many(400 * scale, (each) => `"spiffe://a.example/${'**/*a*/'.repeat(100)}${each}"`, ', ')}]}}\n`,
      ),
    }),
  },
  {
    name: 'lists: hosts times paths in thousands of entries',
    outcome: 'loads',
    files: (scale = 1) => ({
      'policy.yaml': `apiVersion: lictor/v1
kind: Policy
metadata: {name: shop}
spec:
  match:
    - hosts: [${many(8_000 * scale, (each) => `h${each}.example`, ', ')}]
      paths: [${many(8_000 * scale, (each) => `/p${each}/**`, ', ')}]
  rules: [{name: all, effect: allow}]
`,
    }),
  },
  {
    name: 'lists: entries of a policy times entries of its rules',
    outcome: 'loads',
    files: (scale = 1) => ({
      'policy.yaml': `apiVersion: lictor/v1
kind: Policy
metadata: {name: shop}
spec:
  match: [${many(3_000 * scale, (each) => `{hosts: [h${each}.example], paths: [/a${each}]}`, ', ')}]
  rules:
${many(3_000 * scale, (each) => `    - {name: r${each}, effect: ${each % 2 === 0 ? 'allow' : 'deny'}, match: [{hosts: [h${each}.example], paths: ["/a${each}"]}, {paths: ["/b/**"]}]}`)}
`,
    }),
  },
  {
    name: 'lists: three thousand policies for one host with deny rules',
    outcome: 'loads',
    files: (scale = 1) => ({
      'policies.yaml': many(
        3_000 * scale,
        (each) =>
          `apiVersion: lictor/v1\nkind: Policy\nmetadata: {name: p${each}}\nspec:\n  match: [{hosts: [a.example]}]\n  rules: [{name: d, effect: deny, match: [{paths: ["/d${each}"]}]}, {name: a, effect: allow}]\n`,
        '---\n',
      ),
    }),
  },
  {
    name: 'lists: thousands of policies that set one header to different texts',
    outcome: 'loads',
    files: (scale = 1) => ({
      'policies.yaml': many(
        4_000 * scale,
        (each) => policy(`p${each}`, `  respond: {allow: {requestHeaders: {set: {x-a: v${each}}}}}\n`),
        '---\n',
      ),
    }),
  },
  {
    name: 'lists: a hundred policies that set thousands of headers to different texts',
    outcome: 'conflicting_values',
    files: (scale = 1) => ({
      'policies.yaml': many(
        90 * scale,
        (index) =>
          `apiVersion: lictor/v1\nkind: Policy\nmetadata: {name: p${index}}\nspec:\n  match: [${many(20, (each) => `{hosts: [h${each}.example], paths: [/x${index}]}`, ', ')}, {paths: [/shared]}]\n  respond: {allow: {requestHeaders: {set: {${many(400, (each) => `x-${each}: v${index}`, ', ')}}}}}\n`,
        '---\n',
      ),
    }),
  },
  {
    name: 'lists: thousands of names that are used twice',
    outcome: 'duplicate_name',
    files: (scale = 1) => ({ 'policies.yaml': many(6_000 * scale, () => policy('shop'), '---\n') }),
  },
  {
    name: 'lists: thousands of unknown Issuers beside thousands of known ones',
    outcome: 'unknown_reference',
    files: (scale = 1) => ({
      'issuers.yaml': many(
        4_000 * scale,
        (each) =>
          document(
            'Issuer',
            `issuer-${each}`,
            `{issuer: "https://i${each}.example", anyAudience: true, keys: {jwksUri: "https://i.example/keys"}}`,
          ),
        '---\n',
      ),
      'policy.yaml': policy(
        'shop',
        `  authenticate: {jwt: {issuers: [${many(20_000 * scale, (each) => `issuerx-${each}`, ', ')}]}}\n`,
      ),
    }),
  },
  {
    name: 'tests: callers times requests in a matrix',
    outcome: 'too_large',
    files: (scale = 1) => ({
      'policy.yaml': policy('shop'),
      'shop.test.yaml': document(
        'PolicyTest',
        't',
        `
  callers: {${many(2_000 * scale, (each) => `c${each}: {principal: "spiffe://a.example/${each}"}`, ', ')}}
  requests: {${many(2_000 * scale, (each) => `r${each}: {host: shop.example, path: /${each}}`, ', ')}}
  matrix:
    - callers: [${many(2_000 * scale, (each) => `c${each}`, ', ')}]
      requests: [${many(2_000 * scale, (each) => `r${each}`, ', ')}]
      expect: {${many(2_000 * scale, (each) => `c${each}: allow`, ', ')}}`,
      ),
    }),
  },
  {
    name: 'tests: thousands of cases that expect rules which do not exist',
    outcome: 'unknown_reference',
    files: (scale = 1) => ({
      'policies.yaml': many(2_000 * scale, (each) => policy(`p${each}`), '---\n'),
      'shop.test.yaml': document(
        'PolicyTest',
        't',
        `\n  requests: {r: {host: p0.example}}\n  cases:\n${many(8_000 * scale, (each) => `    - {name: c${each}, request: r, expect: {decision: allow, rule: rule-${each}}}`)}`,
      ),
    }),
  },
  {
    name: 'tests: rows of each with thousands of headers',
    outcome: 'too_large',
    files: (scale = 1) => ({
      'policy.yaml': policy('shop'),
      'shop.test.yaml': document(
        'PolicyTest',
        't',
        `\n  requests: {r: {host: shop.example, headers: {${many(10_000 * scale, (each) => `x-${each}: "1"`, ', ')}}}}\n  cases:\n    - name: c\n      request: r\n      expect: {decision: allow}\n      each:\n${many(20_000 * scale, (each) => `        - {with: {path: /${each}}}`)}`,
      ),
    }),
  },
  {
    name: 'tests: thousands of requests times thousands of policies',
    outcome: 'loads',
    files: (scale = 1) => ({
      'policies.yaml': many(4_000 * scale, (each) => policy(`p${each}`), '---\n'),
      'shop.test.yaml': document(
        'PolicyTest',
        't',
        `\n  cases:\n${many(8_000 * scale, (each) => `    - {name: c${each}, request: {host: none.example, path: /${each}}, expect: {decision: deny}}`)}`,
      ),
    }),
  },
];
