import { create, toBinary } from '@bufbuild/protobuf';
import { DurationSchema, TimestampSchema } from '@bufbuild/protobuf/wkt';
import { compileServices } from '../../../src/engine/grpc/compile-services.ts';
import { joinFrames } from '../../../src/engine/grpc/frames.ts';
import { descriptorSet } from '../../support/buf.ts';

const SOURCE = `
syntax = "proto3";
package a;
import "google/protobuf/duration.proto";
import "google/protobuf/timestamp.proto";
service S { rpc At(Times) returns (Times); }
message Times {
  google.protobuf.Timestamp at = 1;
  repeated google.protobuf.Duration spans = 2;
}`;

const { services } = compileServices(await descriptorSet({ 'a.proto': SOURCE }));

/** The detail of the denial for a message with a time as the field of that number; undefined if it is read. */
function refusal(field: number, time: Uint8Array): string | undefined {
  const method = services?.methodAt('/a.S/At');
  if (method === undefined) throw new Error('there is no method');
  const bytes = joinFrames([Uint8Array.of((field << 3) | 2, time.length, ...time)]);
  const body = { bytes, defect: undefined };
  return services?.read(method, body, { type: 'application/grpc', encoding: '' }).denial?.detail;
}

test.each([
  ['the first', -62_135_596_800n, 0, true],
  ['one before the first', -62_135_596_801n, 999_999_999, false],
  ['the last', 253_402_300_799n, 999_999_999, true],
  ['one after the last', 253_402_300_800n, 0, false],
  ['one with nanoseconds below zero', 1n, -1, false],
  ['one with a second of nanoseconds', 1n, 1_000_000_000, false],
  ['one of 64 bits', -(2n ** 63n), 0, false],
])('of timestamps, %s', (_, seconds, nanos, isRead) => {
  const refused = '`at` is beyond the range of `google.protobuf.Timestamp`';
  const time = toBinary(TimestampSchema, create(TimestampSchema, { seconds, nanos }));
  expect(refusal(1, time)).toBe(isRead ? undefined : refused);
});

test.each([
  ['the longest', 315_576_000_000n, 999_999_999, true],
  ['one beyond the longest', 315_576_000_001n, 0, false],
  ['the longest below zero', -315_576_000_000n, -999_999_999, true],
  ['one beyond the longest below zero', -315_576_000_001n, 0, false],
  ['a nanosecond below zero', 0n, -1, true],
  ['one with signs that differ', -1n, 1, false],
  ['one with signs that differ the other way', 1n, -1, false],
  ['one with a second of nanoseconds', 0n, -1_000_000_000, false],
])('of durations, %s', (_, seconds, nanos, isRead) => {
  const refused = '`spans` is beyond the range of `google.protobuf.Duration`';
  const time = toBinary(DurationSchema, create(DurationSchema, { seconds, nanos }));
  expect(refusal(2, time)).toBe(isRead ? undefined : refused);
});

test('a time has each of its fields once', () => {
  expect(refusal(1, Uint8Array.of(8, 1, 8, 2))).toBe('`at` has the field `seconds` more than once');
});
