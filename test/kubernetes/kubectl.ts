import { type Outcome, outputOf, runProgram } from './programs.ts';

/** An object of the API; its fields are read by path. */
export type KubernetesObject = Readonly<Record<string, unknown>>;

/** kubectl with the rights of one user. */
export class Kubectl {
  readonly #env: Readonly<Record<string, string>>;

  constructor(kubeconfig: string, home: string) {
    this.#env = { KUBECONFIG: kubeconfig, HOME: home };
  }

  /** Runs it to its end, whatever its exit code. */
  run(args: readonly string[], input = ''): Promise<Outcome> {
    return runProgram('kubectl', args, { env: this.#env, input });
  }

  /** Standard output; rejects with the message of the server if it refuses. */
  output(args: readonly string[], input = ''): Promise<string> {
    return outputOf('kubectl', args, { env: this.#env, input });
  }

  /** Creates objects and returns the last of them as the server keeps it. */
  async create(object: KubernetesObject, ...args: readonly string[]): Promise<unknown> {
    return JSON.parse(
      await this.output(['create', '-f', '-', '-o', 'json', ...args], JSON.stringify(object)),
    );
  }

  async get(...args: readonly string[]): Promise<unknown> {
    return JSON.parse(await this.output(['get', '-o', 'json', ...args]));
  }
}
