import { CompletionItemKind } from 'vscode-languageserver';
import { API_VERSION, KINDS } from '../../policy/language/document.ts';
import { RULE_FIELDS } from '../../policy/language/rule-document.ts';
import { CASE_FIELDS } from '../../policy/language/test-document.ts';
import type { KeyNode, Kind } from './document-nodes.ts';
import type { Proposal } from './proposal.ts';

/** The spec of a document of each kind, with places that the editor goes through: `${1:default}`. */
const SPECS: Readonly<Partial<Record<Kind, string>>> = {
  Policy: `  match:
    - hosts: [\${2:orders.example.org}]
  rules:
    - allow: \${3:read}
      match: [\${4:GET}]
      from: ["\${5:spiffe://example.org/ns/shop/sa/*}"]`,
  Issuer: `  issuer: \${2:https://login.example.org}
  audiences: [\${3:orders}]
  keys: {jwksUri: "\${4:https://login.example.org/jwks}"}`,
  PolicyTest: `  callers:
    \${2:dashboard}: {principal: "\${3:spiffe://example.org/ns/shop/sa/dashboard}"}
  cases:
    - name: \${4:the dashboard reads}
      caller: \${2:dashboard}
      request: {method: GET, host: \${5:orders.example.org}, path: /}
      expect: {decision: \${6|allow,deny|}}`,
  Dataset: `  values: [\${2:a}]`,
  Environment: `  values:
    \${2:limit}: \${3:100}`,
};

const RULE = `\${1|allow,deny|}: \${2:read}
  match: [\${3:GET}]`;

const CASE = `name: \${1:what is tried}
  caller: \${2:caller}
  request: {method: \${3:GET}, path: \${4:/}}
  expect: {decision: \${5|allow,deny|}}`;

/** Snippets for a key that is alone in its mapping: whole documents, rules and cases. */
export function snippets({ table, parent, owner }: KeyNode): readonly Proposal[] {
  if (parent?.entries.size !== 1) return [];
  if (parent === owner.tree) {
    return Object.entries(SPECS).map(([kind, spec]) =>
      snippet(`new ${kind}`, documentText(kind, spec), docOf(kind)),
    );
  }
  if (table === RULE_FIELDS) return [snippet('new rule', RULE, 'a rule with its methods')];
  if (table === CASE_FIELDS) return [snippet('new case', CASE, 'a case with a caller and a request')];
  return [];
}

function documentText(kind: string, spec: string): string {
  return `apiVersion: ${API_VERSION}\nkind: ${kind}\nmetadata: {name: \${1:name}}\nspec:\n${spec}\n`;
}

function docOf(kind: string): string {
  const kinds: Readonly<Record<string, { readonly doc: string }>> = KINDS;
  return kinds[kind]?.doc ?? '';
}

function snippet(label: string, text: string, doc: string): Proposal {
  return { label, kind: CompletionItemKind.Snippet, doc, text, isSnippet: true };
}
