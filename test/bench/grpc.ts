import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { fromBinary } from '@bufbuild/protobuf';
import { createValidator } from '@bufbuild/protovalidate';
import { compileServices } from '../../src/engine/grpc/compile-services.ts';
import type { Contender } from './measure.ts';

const GRPC_CONTENT = { type: 'application/grpc', encoding: '' };

/** Calls of the service of the example policies with a message of about 1 KiB, which has 48 messages in it. */
export function grpcContenders(): readonly Contender[] {
  const { services } = compileServices(readFileSync('policies/stock/stock.binpb'));
  const method = services?.methodAt('/acme.stock.v1.Stock/Reserve');
  assert(services !== undefined && method !== undefined);
  const lines = Array.from({ length: 48 }, (_, at) => ({ book: `97800000000${10 + at}`, copies: 1 + at }));
  const bytes = services.encode(method, [{ orderId: '42', lines }]);
  const twice = services.encode(method, [{ orderId: '42', lines: [...lines.slice(1), ...lines.slice(-1)] }]);
  const message = bytes.subarray(5);
  const library = createValidator({ registry: services.types.files });
  const clock = () => ({ seconds: 0, nanos: 0 });
  const read = () => services.read(method, { bytes, defect: undefined }, GRPC_CONTENT);
  const judge = (body: Uint8Array): boolean => {
    const found = services.read(method, { bytes: body, defect: undefined }, GRPC_CONTENT);
    if (found.messages === undefined) return false;
    return services.check(method, found.messages, clock) === undefined;
  };
  assert.deepEqual([judge(bytes), judge(twice)], [true, false]);
  return [
    { name: 'the library decodes the message', run: () => fromBinary(method.input, message) },
    { name: 'Lictor: frame, strict decoding', run: read },
    { name: 'Lictor: frame, strict decoding, rules that hold', run: () => judge(bytes) },
    { name: 'Lictor: frame, strict decoding, a rule that does not hold', run: () => judge(twice) },
    {
      name: 'the library of protovalidate: decoding, rules that hold',
      run: () => library.validate(method.input, fromBinary(method.input, message)).kind === 'valid',
    },
  ];
}
