import type { CheckRequestMessage, CheckResponseMessage } from '../engine/envoy/messages.ts';
import { codec, loadProto } from './protobuf.ts';

const definition = loadProto('envoy/service/auth/v3/external_auth.proto');
const request = codec<CheckRequestMessage>(definition, 'envoy.service.auth.v3.CheckRequest');
const response = codec<CheckResponseMessage>(definition, 'envoy.service.auth.v3.CheckResponse');

/**
 * The messages of ext_authz as plain objects, by protobufjs from the `.proto` files of this package: for tools, which make
 * checks and read answers. The server reads and writes the bytes itself.
 */
export const checkMessages = {
  decodeRequest: request.decode,
  encodeRequest: request.encode,
  decodeResponse: response.decode,
  encodeResponse: response.encode,
};
