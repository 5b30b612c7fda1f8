import { basename, join } from 'node:path';
import { decodeCheckResponse } from '../../support/check-messages.ts';
import { type Child, startChild } from '../../support/child.ts';
import { call, connectTo } from '../../support/grpc.ts';
import { freePort } from '../../support/ports.ts';
import { waitFor } from '../../support/wait.ts';
import type { Case, Inputs } from './inputs.ts';
import { DIST } from './toolchain.ts';

/** Core of the servers; the load runs on the other. */
const SERVER_CORE = '0';

/** A server to compare. */
export interface Program {
  readonly name: string;
  readonly command: string;
  /** Arguments for an address, `HOST:PORT` or `unix:PATH`. */
  readonly args: (listen: string) => readonly string[];
  /** False: it allows everything, so that only the request of the load is put to it. */
  readonly decides: boolean;
}

export interface RunningServer {
  readonly name: string;
  readonly listen: string;
  readonly child: Child;
}

export interface StartOptions {
  readonly inputs: Inputs;
  /** Default: a free port of loopback. */
  readonly listen?: string;
}

/** Starts a server on its core, and returns when it has answered all cases. Rejects if an answer is wrong. */
export async function startProgram(
  program: Program,
  { inputs, listen }: StartOptions,
  stack: AsyncDisposableStack,
): Promise<RunningServer> {
  const address = listen ?? `127.0.0.1:${await freePort()}`;
  const child = await startChild({
    name: program.name,
    command: 'taskset',
    args: ['-c', SERVER_CORE, program.command, ...program.args(address)],
    log: join(inputs.folder, `${program.name.replaceAll(/[^a-z0-9]+/gi, '-')}.log`),
  });
  stack.defer(() => child.stop());
  const cases = program.decides ? inputs.cases : inputs.cases.slice(0, 1);
  await waitFor(() => answersAll(address, cases.slice(0, 1)), {
    what: `an answer of ${program.name}`,
    timeout: 30_000,
    child,
  });
  const wrong = await wrongAnswers(address, cases);
  if (wrong.length > 0) throw new Error(`${program.name} answers wrongly: ${wrong.join('; ')}`);
  return { name: program.name, listen: address, child };
}

/** Lictor as users run it: from dist, with the flags of a sidecar. */
export function lictorProgram(
  name: string,
  {
    inputs,
    audit,
    serve,
  }: { readonly inputs: Inputs; readonly audit: string; readonly serve: readonly string[] },
): Program {
  return {
    name,
    command: process.execPath,
    // biome-ignore format: a flag and its value are one line
    args: (listen) => [
      DIST, 'serve',
      '--policies', inputs.policies,
      '--listen', listen,
      '--admin', '127.0.0.1:0',
      '--audit', audit,
      '--drain-delay', '0s',
      ...serve,
    ],
    decides: true,
  };
}

/** A server of the Go module, by its path. `noop` decides nothing. */
export function goServer(name: string, command: string, ...flags: readonly string[]): Program {
  return {
    name,
    command,
    args: (listen) => ['-listen', listen, ...flags],
    decides: basename(command) !== 'noop',
  };
}

/** The names of the cases that a server answers wrongly. */
export async function wrongAnswers(listen: string, cases: readonly Case[]): Promise<readonly string[]> {
  const client = connectTo(listen);
  try {
    const wrong: string[] = [];
    for (const { name, allow, message } of cases) {
      const answer = decodeCheckResponse(
        await call(client, '/envoy.service.auth.v3.Authorization/Check', message),
      );
      const allowed = (answer.status?.code ?? 0) === 0;
      if (allowed !== allow) wrong.push(`${name} is ${allowed ? 'allowed' : 'denied'}`);
    }
    return wrong;
  } finally {
    client.close();
  }
}

async function answersAll(listen: string, cases: readonly Case[]): Promise<true | undefined> {
  return (await wrongAnswers(listen, cases)).length === 0 ? true : undefined;
}
