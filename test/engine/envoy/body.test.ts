import { readBody } from '../../../src/engine/envoy/body.ts';
import type { HttpRequestMessage } from '../../../src/engine/envoy/messages.ts';
import { type ProxyNotice, ProxyObserver } from '../../../src/engine/envoy/proxy-observer.ts';

/** The buffer of the proxy in these tests. */
const LIMIT = 1000;
const PARTIAL = 'x-envoy-auth-partial-body';

type Headers = Readonly<Record<string, string>>;

function read(http: HttpRequestMessage, headers: Headers, proxy = observer()) {
  const { body, size } = readBody(http, new Map(Object.entries(headers)), proxy);
  return { defect: body.defect, size };
}

function observer(notices: ProxyNotice[] = []): ProxyObserver {
  return new ProxyObserver({ maxRequestBytes: LIMIT, onNotice: (notice) => void notices.push(notice) });
}

/** A body as Envoy 1.40 sends it, with the number of bytes that it had received. */
function sent(length: number, received = length): HttpRequestMessage {
  return { rawBody: new Uint8Array(length), size: received };
}

describe('a body as the proxy sends it', () => {
  test.each<[string, HttpRequestMessage, Headers, ReturnType<typeof read>]>([
    [
      'declared',
      sent(500),
      { [PARTIAL]: 'false', 'content-length': '500' },
      { defect: undefined, size: 500 },
    ],
    [
      'declared, with zeros',
      sent(5),
      { [PARTIAL]: 'false', 'content-length': '005' },
      { defect: undefined, size: 5 },
    ],
    ['of unknown length', sent(999), { [PARTIAL]: 'false' }, { defect: undefined, size: 999 }],
    [
      'declared to fill the buffer',
      sent(LIMIT),
      { [PARTIAL]: 'false', 'content-length': '1000' },
      { defect: undefined, size: LIMIT },
    ],
    ['not there', {}, {}, { defect: 'missing', size: 0 }],
    ['declared to be empty', {}, { 'content-length': '0' }, { defect: undefined, size: 0 }],
    ['declared and not sent', {}, { 'content-length': '5' }, { defect: 'missing', size: 5 }],
    // A caller can send the header of Envoy, which Envoy replaces only if it buffers the body.
    [
      'not buffered, under a header of the caller',
      {},
      { [PARTIAL]: 'false' },
      { defect: 'missing', size: 0 },
    ],
    [
      'cut, as Envoy says',
      sent(LIMIT, 5000),
      { [PARTIAL]: 'true', 'content-length': '5000' },
      { defect: 'truncated', size: 5000 },
    ],
    ['cut, of unknown length', sent(LIMIT, 1500), { [PARTIAL]: 'true' }, { defect: 'truncated', size: -1 }],
    [
      'of which more follows after a pause',
      sent(LIMIT),
      { [PARTIAL]: 'false', 'content-length': '5000' },
      { defect: 'truncated', size: 5000 },
    ],
    [
      'of unknown length that fills the buffer',
      sent(LIMIT),
      { [PARTIAL]: 'false' },
      { defect: 'truncated', size: -1 },
    ],
    [
      'longer than declared',
      sent(5),
      { [PARTIAL]: 'false', 'content-length': '4' },
      { defect: 'truncated', size: 4 },
    ],
    [
      'declared twice',
      sent(5),
      { [PARTIAL]: 'false', 'content-length': '5,5' },
      { defect: 'truncated', size: -1 },
    ],
    [
      'declared in another notation',
      sent(5),
      { [PARTIAL]: 'false', 'content-length': '0x5' },
      { defect: 'truncated', size: -1 },
    ],
    [
      'that a caller calls whole',
      sent(5),
      { [PARTIAL]: 'false,true', 'content-length': '5' },
      { defect: 'truncated', size: 5 },
    ],
    ['without a header of Envoy', sent(999), {}, { defect: undefined, size: 999 }],
  ])('%s', (_, http, headers, expected) => {
    expect(read(http, headers)).toEqual(expected);
  });

  test.each([
    ['{"a":"b"}', undefined],
    ['{"a":"é"}', undefined],
    ['{"a":"!"}', 'replaced'],
    ['{"a":"\ufffd"}', 'replaced'],
  ])('as text %j', (text, defect) => {
    const notices: ProxyNotice[] = [];
    expect(read({ body: text }, { [PARTIAL]: 'false' }, observer(notices)).defect).toBe(defect);
    expect(notices).toEqual(['text_bodies']);
  });

  test('as text, compared in bytes', () => {
    expect(read({ body: 'é' }, { 'content-length': '2' }).defect).toBeUndefined();
    expect(read({ body: 'é' }, { 'content-length': '1' }).defect).toBe('truncated');
  });
});

describe('the buffer of the proxy', () => {
  test('is larger than the setting: noticed once, and unknown lengths beyond the setting are incomplete', () => {
    const notices: ProxyNotice[] = [];
    const proxy = observer(notices);
    for (let time = 0; time < 2; time++) {
      expect(read(sent(1500), { [PARTIAL]: 'false' }, proxy).defect).toBe('truncated');
      expect(
        read(sent(1500), { [PARTIAL]: 'false', 'content-length': '1500' }, proxy).defect,
      ).toBeUndefined();
    }
    expect(notices).toEqual(['larger_buffer']);
    expect(proxy.notices).toEqual(['larger_buffer']);
  });

  test('is smaller than the setting: known after the first cut body, and then a limit as well', () => {
    const notices: ProxyNotice[] = [];
    const proxy = observer(notices);
    expect(read(sent(200), { [PARTIAL]: 'false' }, proxy).defect).toBeUndefined();
    read(sent(200, 900), { [PARTIAL]: 'true' }, proxy);
    expect(notices).toEqual(['smaller_buffer']);
    expect(read(sent(200), { [PARTIAL]: 'false' }, proxy).defect).toBe('truncated');
    // A route with a larger buffer.
    expect(read(sent(201), { [PARTIAL]: 'false' }, proxy).defect).toBeUndefined();
    expect(read(sent(200), { [PARTIAL]: 'false', 'content-length': '200' }, proxy).defect).toBeUndefined();
  });

  test('is learned from text as well', () => {
    const proxy = observer();
    read({ body: 'é!', size: 900 }, { [PARTIAL]: 'true' }, proxy);
    expect(proxy.notices).toEqual(['text_bodies', 'smaller_buffer']);
    expect(read(sent(3), { [PARTIAL]: 'false' }, proxy).defect).toBe('truncated');
  });

  test('is not learned from what a caller can send', () => {
    const notices: ProxyNotice[] = [];
    const proxy = observer(notices);
    read({}, { [PARTIAL]: 'true' }, proxy);
    read(sent(200), { [PARTIAL]: 'true,false' }, proxy);
    expect(notices).toEqual([]);
    expect(read(sent(200), { [PARTIAL]: 'false' }, proxy).defect).toBeUndefined();
  });
});
