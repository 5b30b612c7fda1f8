/** A policy that allows everybody; for one host if it is given. */
export function openPolicy(host?: string): string {
  const match = host === undefined ? '' : `  match: [{hosts: [${host}]}]\n`;
  return `apiVersion: lictor/v1
kind: Policy
metadata: {name: open}
spec:
${match}  rules: [{name: everybody, effect: allow}]
`;
}
