import { compileServices } from '../../../src/engine/grpc/compile-services.ts';
import type { GrpcServices } from '../../../src/engine/grpc/grpc-services.ts';
import { descriptorSet } from '../../support/buf.ts';

/** A service with each kind of field, and with rules. */
const ORDERS = `
syntax = "proto3";
package acme.orders.v1;
import "buf/validate/validate.proto";
import "google/protobuf/any.proto";
import "google/protobuf/struct.proto";
import "google/protobuf/timestamp.proto";

service Orders {
  rpc PlaceOrder(PlaceOrderRequest) returns (PlaceOrderResponse);
  rpc ImportOrders(stream PlaceOrderRequest) returns (PlaceOrderResponse);
  rpc Echo(stream Everything) returns (stream Everything);
  rpc Keep(Everything) returns (Everything);
  rpc KeepFree(Free) returns (Free);
}

message PlaceOrderRequest {
  option (buf.validate.message).cel = {
    id: "order.paid_lines"
    message: "an order that is paid has lines"
    expression: "!this.paid || size(this.lines) > 0"
  };
  string customer = 1 [(buf.validate.field).string.min_len = 1];
  repeated Line lines = 2;
  bool paid = 3;
  map<string, int32> labels = 4 [(buf.validate.field).map.values.int32.gt = 0];
  Status status = 5 [(buf.validate.field).enum.defined_only = true];
  string note = 6 [(buf.validate.field).cel = {
    id: "order.note"
    expression: "this == 'bad' ? 'not ' + this : ''"
  }];
}

message Line {
  string book = 1 [(buf.validate.field).string.pattern = "^[A-Z]{3}$"];
  int32 copies = 2 [(buf.validate.field).int32 = {gt: 0, lte: 10}];
}

enum Status { STATUS_UNSPECIFIED = 0; STATUS_OPEN = 1; }

message PlaceOrderResponse {}

message Everything {
  double double = 1;
  float float = 2;
  int64 int64 = 3;
  fixed64 fixed64 = 4;
  fixed32 fixed32 = 5;
  bool bool = 6;
  string string = 7;
  bytes bytes = 8;
  sint32 sint32 = 9;
  repeated int32 numbers = 10;
  repeated string texts = 11;
  Everything inner = 12;
  repeated Everything inners = 13;
  map<int64, Everything> by_number = 14;
  google.protobuf.Any any = 15;
  google.protobuf.Timestamp time = 16;
  oneof choice { string left = 17; int32 right = 18; }
  Old old = 19;
  repeated bool flags = 20 [packed = false];
}
message Old {}
message Free { google.protobuf.Struct members = 1; google.protobuf.Any any = 2; }
`;

const OLD = `
syntax = "proto2";
package acme.old.v1;
service OldOrders { rpc Keep(Old) returns (Old); }
message Old {
  optional Kind kind = 1;
  optional group Part = 2 { optional int32 number = 1; }
  extensions 100 to 200;
}
enum Kind { FIRST = 1; SECOND = 2; }
extend Old { optional string tag = 100; }
`;

/** The bytes of the descriptor set of both files. */
export const ordersBytes = (): Promise<Uint8Array> =>
  descriptorSet({ 'acme/orders/v1/orders.proto': ORDERS, 'acme/old/v1/old.proto': OLD });

/** The services of a descriptor set without problems. */
function servicesOf(bytes: Uint8Array): GrpcServices {
  const compiled = compileServices(bytes);
  if (compiled.services === undefined) throw new Error(compiled.problem);
  return compiled.services;
}

export const orders = async (): Promise<GrpcServices> => servicesOf(await ordersBytes());
