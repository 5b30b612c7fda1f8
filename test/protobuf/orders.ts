import type { JsonValue } from '@bufbuild/protobuf';
import { createEnvironment, type Environment } from '../../src/cel/check/environment.ts';
import { descriptorSet, fields, mapEntry, REPEATED, registry } from '../support/descriptor-sets.ts';

/** A service's types: orders with items, in proto3. */
const FILE: JsonValue = {
  name: 'acme/orders/v1/orders.proto',
  package: 'acme.orders.v1',
  syntax: 'proto3',
  dependency: [
    'google/protobuf/timestamp.proto',
    'google/protobuf/wrappers.proto',
    'google/protobuf/any.proto',
  ],
  messageType: [
    {
      name: 'Order',
      field: fields(
        ['id', 1, 'STRING'],
        ['items', 2, '.acme.orders.v1.Item', REPEATED],
        ['total_cents', 3, 'INT64'],
        ['created', 4, '.google.protobuf.Timestamp'],
        ['discount', 5, '.google.protobuf.Int32Value'],
        ['state', 6, '.acme.orders.v1.State', { type: 'TYPE_ENUM' }],
        ['labels', 7, '.acme.orders.v1.Order.LabelsEntry', REPEATED],
        ['parent', 8, '.acme.orders.v1.Order'],
        ['details', 9, '.google.protobuf.Any'],
        ['tags', 10, 'STRING', REPEATED],
        ['counts', 11, '.acme.orders.v1.Order.CountsEntry', REPEATED],
        ['flags', 12, 'UINT32', REPEATED],
        ['weight', 13, 'DOUBLE'],
        ['card', 14, 'STRING', { oneofIndex: 0 }],
        ['invoice', 15, 'BOOL', { oneofIndex: 0 }],
        ['note', 16, 'STRING', { oneofIndex: 1, proto3Optional: true }],
      ),
      nestedType: [mapEntry('LabelsEntry', 'STRING', 'STRING'), mapEntry('CountsEntry', 'UINT64', 'SINT32')],
      oneofDecl: [{ name: 'payment' }, { name: '_note' }],
    },
    { name: 'Item', field: fields(['sku', 1, 'STRING'], ['quantity', 2, 'UINT32'], ['price', 3, 'FLOAT']) },
    {
      name: 'Odd',
      field: fields(
        ['__proto__', 1, 'STRING'],
        ['constructor', 2, 'STRING'],
        ['toString', 3, 'STRING'],
        ['hasOwnProperty', 4, '.acme.orders.v1.Item'],
        ['has', 5, 'STRING'],
        ['read', 6, 'STRING'],
        ['valueOf', 7, 'INT32'],
        ['isPrototypeOf', 8, 'STRING', REPEATED],
      ),
    },
  ],
  enumType: [
    {
      name: 'State',
      value: [
        { name: 'NEW', number: 0 },
        { name: 'PAID', number: 1 },
        { name: 'SENT', number: 2 },
      ],
    },
  ],
};

export const ORDERS: Uint8Array = descriptorSet([FILE]);
export const ORDER_TYPES = registry(ORDERS);

/** Names of a policy that reads an order. */
export const ORDER_NAMES: Environment = {
  ...createEnvironment({
    'request.body': { type: { kind: 'message', name: 'acme.orders.v1.Order' } },
    odd: { type: { kind: 'message', name: 'acme.orders.v1.Odd' } },
    limit: { type: 'int' },
  }),
  messages: ORDER_TYPES,
  container: 'acme.orders.v1',
};
