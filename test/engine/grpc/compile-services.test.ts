import { compileServices } from '../../../src/engine/grpc/compile-services.ts';
import { descriptorSet } from '../../support/buf.ts';
import { transferred } from '../../support/transferred.ts';
import { orders } from './orders.ts';

const SERVICE = 'syntax = "proto3"; package a; message M {} service S { rpc Do(M) returns (M); }';

test('equal bytes are read once, as long as their services are in use, also in another process', async () => {
  const bytes = await descriptorSet({ 'a.proto': SERVICE });
  const first = compileServices(bytes).services;
  const second = compileServices(bytes.slice()).services;
  expect(first).toBeDefined();
  // A request keeps its messages by the services that have decoded them.
  expect(second).toBe(first);
  expect(second?.types).toBe(first?.types);
  expect(second?.rules).toBe(first?.rules);
  expect(transferred(first)?.types).toBe(first?.types);
});

test('services from another process have the same methods and rules', async () => {
  const services = await orders();
  const other = transferred(services);
  expect([...other.methods.keys()]).toEqual([...services.methods.keys()]);
  const method = other.methodAt('/acme.orders.v1.Orders/PlaceOrder');
  if (method === undefined) throw new Error('the method is missing');
  const body = { bytes: other.encode(method, [{}]), defect: undefined };
  const read = other.read(method, body, { type: 'application/grpc', encoding: '' });
  expect(other.check(method, read.messages ?? [], () => ({ seconds: 0, nanos: 0 }))).toMatchObject({
    reason: 'schema_violation',
  });
});

test.each<[string, string, string]>([
  [
    'no service',
    'syntax = "proto3"; package a; message M {}',
    'the descriptor set has no service with a method',
  ],
  [
    'a rule that is not CEL',
    SERVICE.replace(
      'message M {}',
      'import "buf/validate/validate.proto"; message M { option (buf.validate.message).cel = {id: "x", expression: "this +"}; }',
    ),
    'the rules of `a.M` cannot be compiled: rule `x`: unexpected end of the expression at character 7 of `this +`',
  ],
])('a descriptor set with %s is a mistake', async (_, source, problem) => {
  expect(compileServices(await descriptorSet({ 'a.proto': source }))).toMatchObject({ problem });
});
