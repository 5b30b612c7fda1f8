import { runProgram } from './run-program.ts';

export interface GrpcurlCall {
  /** What is called. */
  readonly name: string;
  readonly flags?: readonly string[];
  /** A verb and its argument, or a method. */
  readonly target: readonly string[];
  /** Text that the answer contains. */
  readonly expected: string;
}

const CHECK = JSON.stringify({
  attributes: { request: { http: { method: 'GET', host: 'a.example', path: '/' } } },
});

const METHOD = 'envoy.service.auth.v3.Authorization/Check';

/** Calls of the client of grpc-go, which learns all messages by reflection. */
export const GRPCURL_CALLS: readonly GrpcurlCall[] = [
  { name: 'list of the services', target: ['list'], expected: 'envoy.service.auth.v3.Authorization' },
  {
    name: 'description of a method',
    target: ['describe', 'envoy.service.auth.v3.Authorization.Check'],
    expected: 'rpc Check ( .envoy.service.auth.v3.CheckRequest )',
  },
  { name: 'health', target: ['grpc.health.v1.Health/Check'], expected: 'SERVING' },
  {
    name: 'health of an unknown service',
    flags: ['-d', '{"service": "none"}'],
    target: ['grpc.health.v1.Health/Check'],
    expected: 'Code: NotFound',
  },
  { name: 'a check', flags: ['-d', CHECK], target: [METHOD], expected: '"reason": "allowed"' },
  {
    name: 'a check with a deadline and headers',
    flags: ['-max-time', '20', '-H', 'x-bytes-bin: AAEC', '-H', 'traceparent: 00-1', '-d', CHECK],
    target: [METHOD],
    expected: '"reason": "allowed"',
  },
  {
    name: 'an unknown method',
    flags: ['-d', '{}'],
    target: ['envoy.service.auth.v3.Authorization/Other'],
    expected: 'does not include a method named "Other"',
  },
];

/** Runs a call. Undefined if it was answered as expected, else what grpcurl printed. */
export async function runGrpcurl(
  address: readonly string[],
  { flags = [], target, expected }: GrpcurlCall,
): Promise<string | undefined> {
  const { output } = await runProgram('grpcurl', [...flags, ...address, ...target]);
  return output.includes(expected) ? undefined : output;
}
