import type { CheckRequestMessage, CheckResponseMessage } from '../../../src/engine/envoy/messages.ts';
import {
  decodeCheckRequest,
  decodeCheckResponse,
  encodeCheckRequest,
  encodeCheckResponse,
} from '../../support/check-messages.ts';
import { FULL_CHECK, RAW_HEADERS_CHECK } from '../../support/checks.ts';
import { officialCheckRequest, officialCheckResponse } from '../../support/official.ts';

const RESPONSE = {
  status: { code: 7, message: 'no_rule' },
  deniedResponse: {
    status: { code: 403 },
    headers: [{ header: { key: 'x-a', value: '1' }, appendAction: 2 }],
    body: 'no',
  },
  dynamicMetadata: { fields: { decision: { stringValue: 'deny' } } },
} satisfies CheckResponseMessage;

const OK_RESPONSE = {
  status: { code: 0, message: '' },
  okResponse: {
    headers: [{ header: { key: 'x-a', value: '1' }, appendAction: 2, keepEmptyValue: true }],
    headersToRemove: ['authorization'],
    responseHeadersToAdd: [{ header: { key: 'x-b', rawValue: Buffer.from('2') }, appendAction: 1 }],
    queryParametersToSet: [{ key: 'q', value: 'v' }],
    queryParametersToRemove: ['token'],
  },
} satisfies CheckResponseMessage;

describe('our messages and the official ones', () => {
  test.each<[string, CheckRequestMessage]>([
    ['every field', FULL_CHECK],
    ['raw headers', RAW_HEADERS_CHECK],
  ])('an official CheckRequest with %s reads back the same', (_, message) => {
    expect(decodeCheckRequest(officialCheckRequest.serialize(message))).toEqual(message);
  });

  test.each<[string, CheckRequestMessage]>([
    ['every field', FULL_CHECK],
    ['raw headers', RAW_HEADERS_CHECK],
  ])('our CheckRequest with %s is read by the official message', (_, message) => {
    expect(officialCheckRequest.deserialize(Buffer.from(encodeCheckRequest(message)))).toEqual(message);
  });

  test.each<[string, CheckResponseMessage]>([
    ['denial', RESPONSE],
    ['permission', OK_RESPONSE],
  ])('a %s goes both ways', (_, message) => {
    expect(officialCheckResponse.deserialize(Buffer.from(encodeCheckResponse(message)))).toEqual(message);
    expect(decodeCheckResponse(officialCheckResponse.serialize(message))).toEqual(message);
  });

  test('fields that only the official messages have are skipped', () => {
    const bytes = officialCheckRequest.serialize({
      attributes: {
        request: { http: { method: 'GET' } },
        source: { address: { socketAddress: { address: '::1', resolverName: 'dns', ipv4Compat: true } } },
      },
    });
    expect(decodeCheckRequest(bytes)).toEqual({
      attributes: {
        request: { http: { method: 'GET' } },
        source: { address: { socketAddress: { address: '::1' } } },
      },
    });
  });

  test('special names of objects are plain header names', () => {
    const headers = Object.fromEntries([
      ['__proto__', 'a'],
      ['constructor', 'b'],
      ['hasownproperty', 'c'],
    ]);
    const bytes = encodeCheckRequest({ attributes: { request: { http: { headers } } } });
    const read = decodeCheckRequest(bytes).attributes?.request?.http?.headers ?? {};
    expect(Object.entries(read)).toEqual(Object.entries(headers));
    expect(Object.keys(read)).toHaveLength(3);
  });
});
