import { type Call, type Methods, StatusError } from '../transport/transport.ts';
import { healthResponse, serviceOf } from './health-messages.ts';

/** `grpc.health.v1.HealthCheckResponse.ServingStatus` */
const STATUS = { serving: 1, notServing: 2, serviceUnknown: 3 } as const;

/** google.rpc.Code */
const NOT_FOUND = 5;
const INVALID_ARGUMENT = 3;

/** Services with a health status: the process as a whole, and ext_authz. */
const SERVICES: ReadonlySet<string> = new Set(['', 'envoy.service.auth.v3.Authorization']);

export interface Health {
  readonly methods: Methods;
  /** Initially false. Without effect after `shutDown`. */
  readonly setServing: (serving: boolean) => void;
  /** NOT_SERVING from now on. */
  readonly shutDown: () => void;
  readonly isShutDown: () => boolean;
}

/** The health service, `grpc.health.v1`: NOT_SERVING until `setServing(true)` and after `shutDown()`. */
export function createHealth(): Health {
  let serving = false;
  let isShutDown = false;
  let changed = Promise.withResolvers<void>();

  const statusOf = (service: string): number => {
    if (!SERVICES.has(service)) return STATUS.serviceUnknown;
    return serving ? STATUS.serving : STATUS.notServing;
  };

  const check = (bytes: Uint8Array): Uint8Array => {
    const service = askedService(bytes);
    if (!SERVICES.has(service)) throw new StatusError(NOT_FOUND, 'unknown service');
    return healthResponse(statusOf(service));
  };

  /** Yields the status at once and after every change, until the caller disconnects or the listener closes. */
  async function* watch(requests: AsyncIterable<Uint8Array>, { signal }: Call): AsyncGenerator<Uint8Array> {
    const service = askedService(await first(requests));
    const aborted = whenAborted(signal);
    let sent: number | undefined;
    for (;;) {
      const { promise: next } = changed;
      const status = statusOf(service);
      if (status !== sent) yield healthResponse(status);
      sent = status;
      if (signal.aborted) return;
      if (status === statusOf(service)) await Promise.race([next, aborted]);
    }
  }

  const change = (next: boolean): void => {
    if (next === serving) return;
    serving = next;
    const { resolve } = changed;
    changed = Promise.withResolvers();
    resolve();
  };

  return {
    methods: {
      '/grpc.health.v1.Health/Check': { unary: check },
      '/grpc.health.v1.Health/Watch': { stream: watch },
    },
    setServing: (next) => {
      if (!isShutDown) change(next);
    },
    shutDown: () => {
      isShutDown = true;
      change(false);
    },
    isShutDown: () => isShutDown,
  };
}

function askedService(bytes: Uint8Array): string {
  try {
    return serviceOf(bytes);
  } catch {
    throw new StatusError(INVALID_ARGUMENT, 'the message is not a HealthCheckRequest');
  }
}

/** The first message. Keeps the stream open, unlike a loop with `break`. */
async function first(requests: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const step = await requests[Symbol.asyncIterator]().next();
  if (step.done === true) throw new StatusError(INVALID_ARGUMENT, 'the stream ended without a message');
  return step.value;
}

function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
