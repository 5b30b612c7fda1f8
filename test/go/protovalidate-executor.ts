import { stdin, stdout } from 'node:process';
import { buffer } from 'node:stream/consumers';
import {
  createFileRegistry,
  type DescMessage,
  fromBinary,
  fromJson,
  type JsonObject,
  type Message,
  toBinary,
  toJson,
} from '@bufbuild/protobuf';
import { type Any, anyUnpack, type FileDescriptorSet, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { violationsToProto } from '@bufbuild/protovalidate';
import { compileRules } from '../../src/engine/protovalidate/compile-rules.ts';
import { MessageRegistry } from '../../src/protobuf/message-registry.ts';
import { descriptorSet } from '../support/buf.ts';
import { libraryViolation } from '../support/library-violation.ts';

/*
 * Program that the harness of protovalidate runs once for each of its suites: cases on standard input, results on
 * standard output. The messages are judged by the rules as a policy compiles them.
 */
const HARNESS = `
syntax = "proto3";
package harness;
import "buf/validate/validate.proto";
import "google/protobuf/any.proto";
import "google/protobuf/descriptor.proto";
message Request {
  google.protobuf.FileDescriptorSet fdset = 2;
  map<string, google.protobuf.Any> cases = 3;
}
message Response { map<string, Result> results = 1; }
message Result {
  oneof result {
    bool success = 1;
    buf.validate.Violations validation_error = 2;
    string compilation_error = 3;
    string runtime_error = 4;
    string unexpected_error = 5;
  }
}
`;

interface Request extends Message {
  readonly fdset: FileDescriptorSet;
  readonly cases: Readonly<Record<string, Any>>;
}

const harness = createFileRegistry(
  fromBinary(FileDescriptorSetSchema, await descriptorSet({ 'harness.proto': HARNESS })),
);

function typeOf(name: string): DescMessage {
  const type = harness.getMessage(name);
  if (type === undefined) throw new Error(`the harness has no message ${name}`);
  return type;
}

const { fdset, cases } = fromBinary(typeOf('harness.Request'), await buffer(stdin)) as Request;
const registry = createFileRegistry(fdset);
const types = new MessageRegistry(registry);
const clock = (): { seconds: number; nanos: number } => ({
  seconds: Math.floor(Date.now() / 1000),
  nanos: 0,
});

function judged(packed: Any): JsonObject {
  const message = anyUnpack(packed, registry);
  const type = message && registry.getMessage(message.$typeName);
  if (message === undefined || type === undefined) return { unexpectedError: 'the type is not known' };
  const { rules, problem } = compileRules(types, [type]);
  if (rules === undefined) return { compilationError: problem.problem };
  const outcome = rules.check(type, [message], clock, Infinity);
  switch (outcome.kind) {
    case 'valid':
      return { success: true };
    case 'invalid': {
      const [violations, schema] = violationsToProto(
        outcome.violations.map((each) => libraryViolation(each, registry)),
      );
      return { validationError: toJson(schema, violations) };
    }
    case 'fault':
      return { runtimeError: outcome.fault.message };
    case 'costly':
      return { unexpectedError: 'the rules take too many steps' };
  }
}

const results = Object.fromEntries(Object.entries(cases).map(([name, packed]) => [name, judged(packed)]));
const response = typeOf('harness.Response');
stdout.write(toBinary(response, fromJson(response, { results }, { registry: harness })));
