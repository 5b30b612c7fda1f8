/** CEL for a header that holds a text of any characters: its UTF-8 in base64. */
function told(expression: string): string {
  return `{cel: "base64.encode(bytes(${expression}))"}`;
}

/**
 * Policies that allow everything that Lictor can judge and tell the service, in headers, what they have read:
 * `seen.acme.svc` and hosts below it tell the path, host and query; `headers.acme.svc` reads `x-probe`;
 * `bodies.acme.svc` reads the members `amount` and `note` of a body.
 */
export const TELLING = `apiVersion: lictor/v1
kind: Policy
metadata: {name: seen}
spec:
  match: [{hosts: [seen.acme.svc, "*.seen.acme.svc"]}]
  rules: [{name: all, effect: allow}]
  respond:
    allow:
      requestHeaders:
        set:
          x-judged-path: ${told('request.url_path')}
          x-judged-host: ${told('request.host')}
          x-judged-query: ${told("request.query_params.map(k, k + '\\\\x1d' + request.query_params[k].join('\\\\x1e')).join('\\\\x1f')")}
---
apiVersion: lictor/v1
kind: Policy
metadata: {name: headers}
spec:
  match: [{hosts: [headers.acme.svc]}]
  rules: [{name: all, effect: allow}]
  respond:
    allow:
      requestHeaders:
        set:
          x-judged-probe: ${told("request.headers[?'x-probe'].orValue('(absent)')")}
---
apiVersion: lictor/v1
kind: Policy
metadata: {name: bodies}
spec:
  match: [{hosts: [bodies.acme.svc]}]
  variables:
    body: request.body
  rules: [{name: all, effect: allow, when: "has(variables.body.amount)"}]
  respond:
    allow:
      requestHeaders:
        set:
          x-judged-amount: ${told('string(variables.body.amount)')}
          x-judged-note: ${told("has(variables.body.note) ? string(variables.body.note) : '(absent)'")}
`;
