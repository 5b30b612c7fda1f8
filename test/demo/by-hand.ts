import { relative } from 'node:path';
import type { Mesh } from './mesh.ts';
import { paint, say } from './page.ts';
import { CLIENTS } from './shop.ts';

/** Prints how to go on by hand: commands that work as they stand, in the folder where the demo was started. */
export function invite(mesh: Mesh): void {
  const at = relative(process.cwd(), mesh.folder);
  const { lictorAdmin, envoyAdmin } = mesh.ports;
  part('Ask something yourself', [
    `curl -K ${at}/checkout.curl -H @${at}/checkout.token https://orders.acme.svc/api/orders/42`,
    `curl -K ${at}/reports.curl -H @${at}/reports.token https://reports.acme.svc/api/reports/revenue`,
    `curl -K ${at}/console.curl -H @${at}/console.token https://catalog.acme.svc/admin/cache`,
    `curl -K ${at}/partner-gateway.curl -H @${at}/partner.token https://orders.acme.svc/api/orders`,
    `curl -K ${at}/intruder.curl https://catalog.acme.svc/api/products`,
  ]);
  note(`${at}/*.curl say whose certificate is shown (${at}/certs) and where Envoy is.`);
  note(`${at}/*.token are renewed every ten minutes; expired.token is born expired. One of your own:`);
  say();
  say(`    curl -s --noproxy '*' -u checkout:${CLIENTS.checkout.secret} -d grant_type=client_credentials \\`);
  say(`      -d scope=orders:read ${mesh.login.tokenUri}`);
  part('Change a policy; two seconds later it decides', [
    `$EDITOR ${at}/policies/orders/policy.yaml`,
    `npm run -s lictor -- check ${at}/policies     ${paint('dim', '# a mistake leaves the last good version deciding')}`,
    `git -C ${at}/policies commit -am 'My first policy'`,
  ]);
  part('See what was decided', [
    `tail -f ${at}/lictor/decisions.jsonl    ${paint('dim', "# Lictor's records")}`,
    `tail -f ${at}/lictor/lictor.log         ${paint('dim', '# its process log: reloads, and mistakes in them')}`,
    `tail -f ${at}/envoy/access.log          ${paint('dim', "# Envoy's access log, with decision_id and revision")}`,
    `curl http://127.0.0.1:${lictorAdmin}/v1/status ${paint('dim', '# also /v1/decisions, /metrics, /readyz')}`,
    `curl 'http://127.0.0.1:${envoyAdmin}/stats?filter=ext_authz'`,
  ]);
  part('Take Lictor away; Envoy refuses until it is back', [`kill -9 $(cat ${at}/lictor/lictor.pid)`]);
  say();
  say(`  ${paint('bold', 'Ctrl-C ends everything.')}`);
}

function part(title: string, lines: readonly string[]): void {
  say();
  say(`  ${paint('bold', title)}`);
  say();
  for (const line of lines) say(`    ${line}`);
  if (title.startsWith('Ask')) say();
}

function note(text: string): void {
  say(`  ${paint('dim', text)}`);
}
