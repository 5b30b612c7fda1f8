/** The files of a generated policy folder by path, similar to those of a platform team with many services. */
export type PolicyFolderFiles = Readonly<Record<string, string>>;

/** A policy folder with at least `lines` lines. No two of its services share an expression. */
export function policyFolder(lines: number): PolicyFolderFiles {
  const files: Record<string, string> = { 'issuers/acme.yaml': ISSUER };
  let written = linesOf(ISSUER);
  for (let number = 1; written < lines; number++) {
    const text = service(number);
    files[`services/s${number}.yaml`] = text;
    written += linesOf(text);
  }
  return files;
}

/** Number of lines as counted by `wc -l`. */
export function linesOf(text: string): number {
  return text.split('\n').length - 1;
}

const ISSUER = `apiVersion: lictor/v1
kind: Issuer
metadata:
  name: acme
spec:
  issuer: https://id.acme.example
  audiences: [services]
  keys: {jwksUri: "https://id.acme.example/jwks"}
`;

function service(n: number): string {
  const name = `s${n}`;
  return `apiVersion: lictor/v1
kind: Policy
metadata:
  name: ${name}
  owner: team-${n % 17}
spec:
  match:
    - hosts: [${name}.acme.svc]
      paths: ["/api/${name}/{id}", "/api/${name}/{id}/**"]
  authenticate:
    mtls: {principals: ["spiffe://acme.example/ns/${name}/sa/*", "spiffe://acme.example/ns/edge/sa/gateway"]}
    jwt: {issuers: [acme]}
  rules:
    - name: no-export
      effect: deny
      when: request.url_path.endsWith('/export-${name}') && !('${name}:export' in jwt.scopes)
    - name: foreign-tenant
      effect: deny
      when: "'x-tenant' in request.headers && request.headers['x-tenant'] != jwt.claims.tenant_${n}"
    - name: read
      effect: allow
      match: [{methods: [GET, HEAD]}]
      when: |
        jwt.scopes.exists(s, s == '${name}:read' || s == '${name}:admin')
          && request.params.id.matches('^${name}-[0-9a-f]{8}$')
    - name: write
      effect: allow
      match: [{methods: [POST, PUT]}]
      when: |
        '${name}:write' in jwt.scopes
          && request.body.items.all(i, i.quantity > 0 && i.quantity <= ${n})
          && jwt.expires_at - now <= duration('${n}m')
    - name: remove
      effect: allow
      match: [{methods: [DELETE]}]
      when: >-
        source.spiffe.service_account in ['admin-${n}', 'cleaner-${n}', 'migration-${n}']
        && now > timestamp('2026-01-01T00:00:00Z') + duration('${n}h')
    - name: office
      effect: allow
      match: [{methods: [PATCH]}]
      when: cidr('10.${n % 256}.0.0/16').containsIP(source.ip) && jwt.claims.?level.orValue(0) >= ${n % 9}
  limits:
    - name: per-tenant
      key: [jwt.claims.tenant_${n}, source.principal]
      rate: 100/s
      when: "!request.url_path.startsWith('/api/${name}/health')"
`;
}
