/** A header block of RFC 7541, appendix C. */
interface Example {
  readonly section: string;
  readonly block: string;
  /** `name: value`; with `!` before it if it must never be put into a table. */
  readonly list: readonly string[];
  /** Entries of the dynamic table after it, the newest first, and their bytes. */
  readonly table: readonly string[];
  readonly tableBytes: number;
}

/** Examples of one connection, in order. */
export interface Series {
  readonly tableBytes: number;
  readonly examples: readonly Example[];
}

const WWW = ':authority: www.example.com';
const FIRST = [':method: GET', ':scheme: http', ':path: /', WWW];
const SECOND = [...FIRST, 'cache-control: no-cache'];
const THIRD = [':method: GET', ':scheme: https', ':path: /index.html', WWW, 'custom-key: custom-value'];
const AFTER_SECOND = ['cache-control: no-cache', WWW];
const AFTER_THIRD = ['custom-key: custom-value', ...AFTER_SECOND];

const DATE = 'date: Mon, 21 Oct 2013 20:13:21 GMT';
const LATER = 'date: Mon, 21 Oct 2013 20:13:22 GMT';
const LOCATION = 'location: https://www.example.com';
const PRIVATE = 'cache-control: private';
const COOKIE = 'set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1';
const GZIP = 'content-encoding: gzip';
const RESPONSES = [
  {
    list: [':status: 302', PRIVATE, DATE, LOCATION],
    table: [LOCATION, DATE, PRIVATE, ':status: 302'],
    tableBytes: 222,
  },
  {
    list: [':status: 307', PRIVATE, DATE, LOCATION],
    table: [':status: 307', LOCATION, DATE, PRIVATE],
    tableBytes: 222,
  },
  {
    list: [':status: 200', PRIVATE, LATER, LOCATION, GZIP, COOKIE],
    table: [COOKIE, GZIP, LATER],
    tableBytes: 215,
  },
] as const;

function requests(section: string, blocks: readonly [string, string, string]): Series {
  return {
    tableBytes: 4096,
    examples: [
      { section: `${section}.1`, block: blocks[0], list: FIRST, table: [WWW], tableBytes: 57 },
      { section: `${section}.2`, block: blocks[1], list: SECOND, table: AFTER_SECOND, tableBytes: 110 },
      { section: `${section}.3`, block: blocks[2], list: THIRD, table: AFTER_THIRD, tableBytes: 164 },
    ],
  };
}

function responses(section: string, blocks: readonly string[]): Series {
  const examples = RESPONSES.map((response, at) => ({
    ...response,
    section: `${section}.${String(at + 1)}`,
    block: blocks[at] ?? '',
  }));
  return { tableBytes: 256, examples };
}

function single(section: string, block: string, field: string, table: readonly string[] = []): Series {
  const tableBytes = table.length === 0 ? 0 : 55;
  return { tableBytes: 4096, examples: [{ section, block, list: [field], table, tableBytes }] };
}

/** All blocks of RFC 7541, appendix C.2 to C.6. */
export const APPENDIX_C: readonly Series[] = [
  single('C.2.1', '400a637573746f6d2d6b65790d637573746f6d2d686561646572', 'custom-key: custom-header', [
    'custom-key: custom-header',
  ]),
  single('C.2.2', '040c2f73616d706c652f70617468', ':path: /sample/path'),
  single('C.2.3', '100870617373776f726406736563726574', '!password: secret'),
  single('C.2.4', '82', ':method: GET'),
  requests('C.3', [
    '828684410f7777772e6578616d706c652e636f6d',
    '828684be58086e6f2d6361636865',
    '828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565',
  ]),
  requests('C.4', [
    '828684418cf1e3c2e5f23a6ba0ab90f4ff',
    '828684be5886a8eb10649cbf',
    '828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf',
  ]),
  responses('C.5', [
    '4803333032580770726976617465611d4d6f6e2c203231204f637420323031332032303a31333a323120474d546e1768747470733a2f2f7777772e6578616d706c652e636f6d',
    '4803333037c1c0bf',
    '88c1611d4d6f6e2c203231204f637420323031332032303a31333a323220474d54c05a04677a69707738666f6f3d4153444a4b48514b425a584f5157454f50495541585157454f49553b206d61782d6167653d333630303b2076657273696f6e3d31',
  ]),
  responses('C.6', [
    '488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b97c8e9ae82ae43d3',
    '4883640effc1c0bf',
    '88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab77ad94e7821dd7f2e6c7b335dfdfcd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007',
  ]),
];
