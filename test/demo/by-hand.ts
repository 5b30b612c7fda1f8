import { relative } from 'node:path';
import type { Mesh } from './mesh.ts';
import { paint, say } from './page.ts';
import { CLIENTS } from './shop.ts';

/** Prints commands to continue by hand, ready to copy, for the folder in which the demo was started. */
export function invite(mesh: Mesh): void {
  const at = relative(process.cwd(), mesh.folder);
  const { lictorAdmin, envoyAdmin } = mesh.ports;
  part('Send requests', [
    `curl -K ${at}/checkout.curl -H @${at}/checkout.token https://orders.acme.svc/api/orders/42`,
    `curl -K ${at}/reports.curl -H @${at}/reports.token https://reports.acme.svc/api/reports/revenue`,
    `curl -K ${at}/console.curl -H @${at}/console.token https://catalog.acme.svc/admin/cache`,
    `curl -K ${at}/partner-gateway.curl -H @${at}/partner.token https://orders.acme.svc/api/orders`,
    `curl -K ${at}/intruder.curl https://catalog.acme.svc/api/products`,
  ]);
  note(`${at}/*.curl say whose certificate is shown (${at}/certs) and where Envoy is.`);
  note(`${at}/*.token are renewed every ten minutes; expired.token has always expired. A token of your own:`);
  say();
  say(`    curl -s --noproxy '*' -u checkout:${CLIENTS.checkout.secret} -d grant_type=client_credentials \\`);
  say(`      -d scope=orders:read ${mesh.login.tokenUri}`);
  part('Change a policy; it is active within two seconds', [
    `$EDITOR ${at}/policies/orders/policy.yaml`,
    `npm run -s lictor -- check ${at}/policies     ${paint('dim', '# with a mistake the last good version stays active')}`,
    `git -C ${at}/policies commit -am 'My first policy'`,
  ]);
  part('See the decisions', [
    `tail -f ${at}/lictor/decisions.jsonl    ${paint('dim', "# Lictor's records")}`,
    `tail -f ${at}/lictor/lictor.log         ${paint('dim', '# its process log: reloads, and mistakes in them')}`,
    `tail -f ${at}/envoy/access.log          ${paint('dim', "# Envoy's access log, with decision_id and revision")}`,
    `curl http://127.0.0.1:${lictorAdmin}/v1/status ${paint('dim', '# also /v1/decisions, /metrics, /readyz')}`,
    `curl 'http://127.0.0.1:${envoyAdmin}/stats?filter=ext_authz'`,
  ]);
  if (mesh.redis !== undefined)
    part('Stop the Redis that counts new orders; Lictor then counts by itself', [
      `kill -STOP ${mesh.redis.pid()}      ${paint('dim', '# -CONT lets it go on')}`,
    ]);
  part('Kill Lictor; Envoy denies everything until it runs again', [
    `kill -9 $(cat ${at}/lictor/lictor.pid)`,
  ]);
  say();
  say(`  ${paint('bold', 'Ctrl-C ends everything.')}`);
}

function part(title: string, lines: readonly string[]): void {
  say();
  say(`  ${paint('bold', title)}`);
  say();
  for (const line of lines) say(`    ${line}`);
  if (title.startsWith('Send')) say();
}

function note(text: string): void {
  say(`  ${paint('dim', text)}`);
}
