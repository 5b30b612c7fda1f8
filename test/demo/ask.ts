import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { type Answer, callThrough } from '../support/call.ts';
import { type AccessLine, accessLineOf, type DecisionRecord, recordOf } from '../support/log-lines.ts';
import type { Mesh } from './mesh.ts';
import type { Step } from './steps.ts';

/** The result of a call: the response, the access log line and the record. */
export interface Outcome {
  readonly answer: Answer;
  readonly line: AccessLine;
  /** Undefined if Envoy logged no decision: Lictor was not asked or did not answer. */
  readonly record: DecisionRecord | undefined;
}

/** Sends the request of a step, with repetitions, and reads the log lines of the last one. */
export async function ask(mesh: Mesh, step: Step): Promise<Outcome> {
  let answer = await send(mesh, step);
  for (let sent = 1; sent < (step.times ?? 1); sent += 1) answer = await send(mesh, step);
  return { answer, ...(await traces(mesh, answer)) };
}

/** Finds the access log line by the request ID of the response, and the record by the decision ID of that line. */
export async function traces(mesh: Mesh, answer: Answer): Promise<Omit<Outcome, 'answer'>> {
  const line = await accessLineOf(mesh.envoy.accessLog, answer.headers['x-request-id'] ?? '');
  const { decision_id: id } = line;
  return { line, record: id === null ? undefined : await recordOf(mesh.lictor().records, id) };
}

/** Sends the request once. */
export async function send(mesh: Mesh, { as, token, method, host, path, body }: Step): Promise<Answer> {
  return callThrough(mesh.envoy, {
    ...(as !== 'nobody' && { workload: as }),
    ...(method !== undefined && { method }),
    host,
    path,
    headers: {
      ...(token !== undefined && { authorization: await tokenOf(mesh, token) }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: await readFile(join(mesh.folder, body)) }),
  });
}

/** The same request as the words of a curl command, for the folder in which the demo was started. */
export function curl(mesh: Mesh, { as, token, host, path, body, times = 1 }: Step): string[] {
  const folder = relative(process.cwd(), mesh.folder);
  const words = [
    `curl -K ${folder}/${as}.curl`,
    ...(token === undefined ? [] : [`-H @${folder}/${token}.token`]),
    ...(body === undefined ? [] : [`-H content-type:application/json`, `-d @${folder}/${body}`]),
    `https://${host}${path}`,
  ];
  if (times === 1) return words;
  const rounds = Array.from({ length: times }, (_, index) => index + 1).join(' ');
  return [`for i in ${rounds}; do`, ...words.slice(0, -1), `${words.at(-1)}; done`];
}

async function tokenOf(mesh: Mesh, name: string): Promise<string> {
  const line = await readFile(join(mesh.folder, `${name}.token`), 'utf8');
  return line.trim().replace(/^authorization: /, '');
}
