import { isFree } from '../support/ports.ts';

/** The default of `DEMO_PORT`. It is fixed, so that commands from the shell's history work again. */
export interface Ports {
  readonly envoy: number;
  readonly envoyAdmin: number;
  readonly login: number;
  readonly partnerLogin: number;
  readonly service: number;
  readonly lictorAdmin: number;
}

const FIRST = 10_443;

/** A problem that the user can solve. */
export class SetupError extends Error {
  override readonly name = 'SetupError';
}

/** The six ports from `first` on. Rejects with a `SetupError` if `first` is not a port or one of them is in use. */
export async function takePorts(first: string | undefined): Promise<Ports> {
  const base: number = first === undefined || first === '' ? FIRST : Number(first);
  if (!Number.isInteger(base) || base < 1024 || base > 65_530) {
    throw new SetupError(`DEMO_PORT is \`${first}\`; it must be a number from 1024 to 65530`);
  }
  const ports: Ports = {
    envoy: base,
    envoyAdmin: base + 1,
    login: base + 2,
    partnerLogin: base + 3,
    service: base + 4,
    lictorAdmin: base + 5,
  };
  const taken: string[] = [];
  for (const name of Object.keys(NAMES) as (keyof Ports)[]) {
    if (!(await isFree(ports[name]))) taken.push(`${ports[name]} (for ${NAMES[name]})`);
  }
  if (taken.length > 0) {
    throw new SetupError(
      `${taken.length === 1 ? 'port' : 'ports'} ${taken.join(', ')} on 127.0.0.1 in use; is another demo running? ` +
        `\`DEMO_PORT=${base === 20_443 ? 30_443 : 20_443} make demo\` takes others`,
    );
  }
  return ports;
}

const NAMES = {
  envoy: 'Envoy',
  envoyAdmin: "Envoy's admin",
  login: 'the login of acme',
  partnerLogin: 'the login of globex',
  service: 'the service',
  lictorAdmin: "Lictor's admin",
} as const satisfies Record<keyof Ports, string>;
