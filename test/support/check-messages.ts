import { checkMessages } from '../../src/node/check-messages.ts';

/** The messages of ext_authz in Node, by the names that tests call them by. */
export const {
  decodeRequest: decodeCheckRequest,
  encodeRequest: encodeCheckRequest,
  decodeResponse: decodeCheckResponse,
  encodeResponse: encodeCheckResponse,
} = checkMessages;
