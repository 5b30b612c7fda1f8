import { once } from 'node:events';
import { connect, type OutgoingHttpHeaders, sensitiveHeaders } from 'node:http2';
import { createServer, type Socket } from 'node:net';
import { pick, seeded } from '../../../../support/seeded.ts';
import { decodeList, decoderWith } from './decode-list.ts';

const FRAME_HEAD = 9;
const PREFACE = 24;
const [HEADERS, SETTINGS, CONTINUATION] = [0x01, 0x04, 0x09];
const [END_HEADERS, PADDED, PRIORITY] = [0x04, 0x08, 0x20];

/** The header blocks that Node's client sends for the requests, in their order. */
async function blocksOf(
  requests: readonly OutgoingHttpHeaders[],
  settings?: Buffer,
): Promise<readonly Buffer[]> {
  const arrived = Promise.withResolvers<readonly Buffer[]>();
  const server = createServer((socket) => {
    socket.on('error', () => {});
    if (settings !== undefined) socket.write(settings);
    collect(socket, requests.length, arrived.resolve);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { readonly port: number };
  const session = connect(`http://127.0.0.1:${String(port)}`, { maxDeflateDynamicTableSize: 65_536 });
  session.on('error', () => {});
  // After the settings of the server, whose table size the client then uses.
  if (settings !== undefined) await once(session, 'remoteSettings');
  for (const request of requests) session.request(request).on('error', () => {});
  const blocks = await arrived.promise;
  session.destroy();
  server.close();
  return blocks;
}

function collect(socket: Socket, count: number, done: (blocks: readonly Buffer[]) => void): void {
  const blocks: Buffer[] = [];
  let received: Buffer = Buffer.alloc(0);
  let open: Buffer[] = [];
  let skipped = PREFACE;
  socket.on('data', (bytes: Buffer) => {
    received = Buffer.concat([received, bytes]);
    while (received.length >= skipped + FRAME_HEAD) {
      const frame = received.subarray(skipped);
      const length = frame.readUIntBE(0, 3);
      if (frame.length < FRAME_HEAD + length) return;
      const [type, flags] = [frame.readUInt8(3), frame.readUInt8(4)];
      if (type === HEADERS || type === CONTINUATION) {
        open.push(fragment(frame.subarray(FRAME_HEAD, FRAME_HEAD + length), type === HEADERS ? flags : 0));
        if (flags & END_HEADERS) {
          blocks.push(Buffer.concat(open));
          open = [];
          if (blocks.length === count) done(blocks);
        }
      }
      received = frame.subarray(FRAME_HEAD + length);
      skipped = 0;
    }
  });
}

function fragment(payload: Buffer, flags: number): Buffer {
  const padding = flags & PADDED ? 1 + payload.readUInt8(0) : 0;
  const start = (flags & PADDED ? 1 : 0) + (flags & PRIORITY ? 5 : 0);
  return payload.subarray(start, payload.length - Math.max(0, padding - 1));
}

/** A SETTINGS frame with one setting. */
function settings(id: number, value: number): Buffer {
  const frame = Buffer.alloc(FRAME_HEAD + 6);
  frame.writeUIntBE(6, 0, 3);
  frame.writeUInt8(SETTINGS, 3);
  frame.writeUInt16BE(id, FRAME_HEAD);
  frame.writeUInt32BE(value, FRAME_HEAD + 2);
  return frame;
}

const HEADER_TABLE_SIZE = 0x01;

/** Requests with headers that repeat, change, and are large; `never` is sensitive. */
function makeRequests(count: number, seed: number): readonly OutgoingHttpHeaders[] {
  const random = seeded(seed);
  const text = (length: number, from: number, to: number): string =>
    Array.from({ length }, () => String.fromCharCode(from + Math.floor(random() * (to - from)))).join('');
  return Array.from({ length: count }, (_, at) => ({
    ':method': pick(random, ['GET', 'POST', 'OPTIONS']),
    ':path': pick(random, [
      '/',
      '/index.html',
      `/orders/${String(at)}`,
      '/envoy.service.auth.v3.Authorization/Check',
    ]),
    ':authority': pick(random, ['a.example', 'b.example']),
    'content-type': 'application/grpc',
    [`x-${text(1 + Math.floor(random() * 3), 97, 123)}`]: text(Math.floor(random() * 200), 33, 127),
    // All bytes that are allowed in a value.
    'x-bytes': text(Math.floor(random() * 60), 0x80, 0x100),
    'x-large': random() < 0.1 ? text(3000, 33, 127) : 'small',
    never: text(20, 33, 127),
    [sensitiveHeaders]: ['never'],
  }));
}

function expectedList(request: OutgoingHttpHeaders): readonly string[] {
  return Object.entries(request).map(
    ([name, value]) => `${name === 'never' ? '!' : ''}${name}: ${String(value)}`,
  );
}

/** Sizes in bytes of the table that the decoder advertises, and of all blocks that the client then sends. */
const sizes = new Map<number | undefined, number>();

test.each([
  ['of 4096 bytes', undefined, 4096],
  ['of no bytes', 0, 4096],
  ['of 100 bytes', 100, 4096],
  ['of 64 KiB', 65_536, 65_536],
])('the blocks of the client of Node, with a table %s', async (_, advertised, maxTableBytes) => {
  const requests = makeRequests(90, 7541);
  const blocks = await blocksOf(
    requests,
    advertised === undefined ? undefined : settings(HEADER_TABLE_SIZE, advertised),
  );
  const decoder = decoderWith({ maxTableBytes });
  for (const [at, block] of blocks.entries()) {
    const { list, fits } = decodeList(decoder, block);
    expect(fits).toBe(true);
    expect([...list].sort()).toEqual([...expectedList(requests[at] ?? {}), ':scheme: http'].sort());
  }
  sizes.set(
    advertised,
    blocks.reduce((sum, block) => sum + block.length, 0),
  );
});

test('the client makes use of each table that it is given', () => {
  const [none = 0, little = 0, usual = 0, large = 0] = [0, 100, undefined, 65_536].map((size) =>
    sizes.get(size),
  );
  expect([none > little, little > usual, usual > large, large > 0]).toEqual([true, true, true, true]);
});
