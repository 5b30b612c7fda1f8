import type { CheckMessages, CheckRequestMessage, CheckResponseMessage } from '../engine/envoy/messages.ts';
import { codec, loadProto } from './protobuf.ts';

const definition = loadProto('envoy/service/auth/v3/external_auth.proto');
const request = codec<CheckRequestMessage>(definition, 'envoy.service.auth.v3.CheckRequest');
const response = codec<CheckResponseMessage>(definition, 'envoy.service.auth.v3.CheckResponse');

/** The messages of ext_authz by protobufjs, from the `.proto` files of this package. */
export const checkMessages: CheckMessages = {
  decodeRequest: request.decode,
  encodeRequest: request.encode,
  decodeResponse: response.decode,
  encodeResponse: response.encode,
};
