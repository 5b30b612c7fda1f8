/** A policy folder with one example of each named item. */
export const FOLDER = {
  'issuers.yaml': `apiVersion: lictor/v1
kind: Issuer
metadata: {name: acme, description: Our login}
spec:
  issuer: https://login.acme.example
  audiences: [orders]
  requireClaims: [tenant, scope]
  keys: {jwksUri: "https://login.acme.example/jwks"}
`,
  'data.yaml': `apiVersion: lictor/v1
kind: Dataset
metadata: {name: export-jobs}
spec: {values: ["spiffe://acme.example/ns/bi/sa/report"]}
---
apiVersion: lictor/v1
kind: Environment
metadata: {name: production}
spec:
  values: {max_total: 500}
  shadow: [strict]
`,
  'template.yaml': `apiVersion: lictor/v1
kind: PolicyTemplate
metadata: {name: service}
spec:
  parameters:
    host: {type: string, description: host of the service}
  match: [{hosts: [{param: host}]}]
  variables: {verb: request.method}
  rules:
    - {name: read, effect: allow, when: variables.verb == 'GET' && params.host != ''}
---
apiVersion: lictor/v1
kind: Policy
metadata: {name: invoices}
spec:
  uses: {template: service, with: {host: invoices.acme.svc}}
`,
  'fixtures.yaml': `apiVersion: lictor/v1
kind: TestFixtures
metadata: {name: shop}
spec:
  callers: {web: {principal: web}}
  requests: {elsewhere: {host: elsewhere.acme.svc}}
---
apiVersion: lictor/v1
kind: PolicyTest
metadata: {name: fixtures}
spec:
  callers: {own: {principal: own}}
  cases:
    - {name: elsewhere, caller: web, request: elsewhere, expect: deny}
  matrix:
    - callers: [web, own]
      requests: [elsewhere]
      expect: {web: {elsewhere: deny}}
      byRequest: {elsewhere: {own: deny}}
`,
  'orders.yaml': `apiVersion: lictor/v1
kind: Policy
metadata: {name: orders}
spec:
  match: [{hosts: [orders.acme.svc]}]
  variables:
    tenant: request.headers[?'x-tenant'].orValue('')
  authenticate:
    jwt: {issuers: [acme]}
  rules:
    - name: readers
      effect: allow
      when: >-
        jwt.claims.tenant == variables.tenant
        && !(source.principal in data.export_jobs)
        && request.size < env.max_total
    - name: exports
      effect: deny
      when: "[variables.tenant].exists(tenant, tenant.startsWith('x'))"
  respond: {deny: {body: "to \${variables.tenant}, $\${variables.tenant}, \${data.export_jobs.size()}"}}
`,
  'strict.yaml': `apiVersion: lictor/v1
kind: Policy
metadata: {name: strict}
spec:
  rules: [{name: no-trace, effect: deny, when: request.method == 'TRACE'}, {name: no-bots, effect: deny, mode: shadow}]
`,
  'orders.test.yaml': `apiVersion: lictor/v1
kind: PolicyTest
metadata: {name: orders}
spec:
  environment: production
  callers:
    checkout: {jwt: {issuer: acme, claims: {tenant: a, scope: read}}}
  requests:
    read: {method: GET, host: orders.acme.svc, headers: {x-tenant: a}, path: /}
    invoice: {method: GET, host: invoices.acme.svc, path: /}
  cases:
    - name: a reader
      caller: checkout
      request: read
      expect: {decision: allow, rule: orders/readers}
    - name: an invoice
      request: invoice
      expect: {rule: invoices/read, reason: allowed, shadow: {strict/no-bots: deny}}
  matrix:
    - {callers: [checkout], requests: [read], expect: {checkout: allow}}
`,
} as const;
