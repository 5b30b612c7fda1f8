/*
 * One rule in three languages: GET and POST below /api/, by one of twenty workloads, with a token of the issuer that
 * has the scope `orders:read`.
 */

export const ISSUER = 'https://issuer.example.com/';
export const AUDIENCE = 'orders-api';

/** The workloads that may call. */
export const PRINCIPALS: readonly string[] = ['shop', 'billing', 'edge', 'ops'].flatMap((namespace) =>
  ['frontend', 'gateway', 'worker', 'cron', 'api'].map(
    (account) => `spiffe://cluster.local/ns/${namespace}/sa/${account}`,
  ),
);

/** The policy for Lictor. `jwks` is JSON, as in the others. */
export function lictorPolicy(jwks: string): string {
  return `apiVersion: lictor/v1
kind: Dataset
metadata: {name: principals}
spec:
  values:
${PRINCIPALS.map((id) => `    - ${id}`).join('\n')}
---
apiVersion: lictor/v1
kind: Issuer
metadata: {name: bench}
spec:
  issuer: ${ISSUER}
  audiences: [${AUDIENCE}]
  algorithms: [RS256, ES256]
  keys:
    jwks: ${jwks}
---
apiVersion: lictor/v1
kind: Policy
metadata: {name: orders}
spec:
  match: [{methods: [GET, POST], paths: ["/api/**"]}]
  authenticate:
    mtls: {}
    jwt: {issuers: [bench]}
  rules:
    - name: readers
      effect: allow
      when: source.principal in data.principals && 'orders:read' in jwt.scopes
`;
}

/** The policy for OPA. */
export function regoPolicy(jwks: string): string {
  return `package envoy.authz

default allow := false

http := input.attributes.request.http

principals := {
${PRINCIPALS.map((id) => `\t"${id}",`).join('\n')}
}

allow if {
	http.method in {"GET", "POST"}
	startswith(http.path, "/api/")
	input.attributes.source.principal in principals
	"orders:read" in split(claims.scope, " ")
}

claims := payload if {
	startswith(http.headers.authorization, "Bearer ")
	[valid, _, payload] := io.jwt.decode_verify(substring(http.headers.authorization, 7, -1), {
		"cert": \`${jwks}\`,
		"iss": "${ISSUER}",
		"aud": "${AUDIENCE}",
	})
	valid
	payload.exp
}
`;
}

/** The expression for cel-go, whose server verifies the token. */
export function celExpression(): string {
  return `attributes.request.http.method in ["GET", "POST"]
&& attributes.request.http.path.startsWith("/api/")
&& attributes.source.principal in ${JSON.stringify(PRINCIPALS)}
&& "orders:read" in verify(attributes.request.http.headers["authorization"]).scope.split(" ")
`;
}
