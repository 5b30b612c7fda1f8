import { createNativeTransport } from '../../../../../src/sidecar/transport/native/native.ts';
import type { Listener, ServerTls } from '../../../../../src/sidecar/transport/transport.ts';
import { type Certificates, makeCertificates } from '../../../../support/certificates.ts';
import { FLAG, type Frame, TYPE } from '../../../../support/http2-frames.ts';
import { codeOf, Http2Peer, type PeerOptions } from '../../../../support/http2-peer.ts';
import { QUIET_LISTENER } from '../../../../support/quiet-listener.ts';
import { type Case, call, METHODS, type Reaction, type Step } from './case.ts';
import { FRAME_CASES } from './frame-cases.ts';
import { HEADER_CASES } from './header-cases.ts';
import { STREAM_CASES } from './stream-cases.ts';

const CASES = [...FRAME_CASES, ...STREAM_CASES, ...HEADER_CASES];

/** A stream that no case uses. */
const LATER = 9999;

let certificates: Certificates;
const listeners: Listener[] = [];
const peers: Http2Peer[] = [];

beforeAll(async () => {
  certificates = await makeCertificates({ hosts: [], workloads: {} });
});

afterEach(() => {
  for (const peer of peers.splice(0)) peer.destroy();
});

afterAll(() => Promise.all(listeners.map((listener) => listener.drain(0))));

async function listen(tls: ServerTls | undefined): Promise<string> {
  const listener = await createNativeTransport().listen(
    { address: '127.0.0.1:0', tls, ...QUIET_LISTENER, maxMessageBytes: 1 << 20 },
    {
      [METHODS.echo]: { unary: (request) => request },
      [METHODS.hold]: {
        unary: (request, { signal }) =>
          new Promise((resolve) => {
            signal.addEventListener('abort', () => resolve(request), { once: true });
          }),
      },
    },
  );
  listeners.push(listener);
  return listener.address;
}

test('the cases are at least as many as those of h2spec, and no two have the same name', () => {
  expect(CASES.length).toBeGreaterThanOrEqual(145);
  expect(new Set(CASES.map(({ section, name }) => `${section} ${name}`)).size).toBe(CASES.length);
});

describe.each(['TCP', 'TLS'])('over %s', (kind) => {
  let target: PeerOptions;

  beforeAll(async () => {
    const { server, ca } = certificates;
    target =
      kind === 'TCP'
        ? { address: await listen(undefined) }
        : {
            address: await listen({
              cert: Buffer.from(server.cert),
              key: Buffer.from(server.key),
              clientCa: undefined,
            }),
            ca,
          };
  });

  test.each(CASES)('$section: $name', async ({ send, expected, isRaw }: Case) => {
    const peer = isRaw ? await Http2Peer.connect(target) : await Http2Peer.greet(target);
    peers.push(peer);
    for (const step of send) await take(peer, step);
    await judge(peer, expected, isRaw === true);
  });
});

async function take(peer: Http2Peer, step: Step): Promise<void> {
  if (step === 'handled') await peer.roundTrip();
  else if (step === 'answered') await peer.arrival('the answer', isEndOf(1));
  else peer.send(step);
}

async function judge(peer: Http2Peer, expected: Reaction, isRaw: boolean): Promise<void> {
  if (expected === 'closed') return await peer.closed();
  if (isRaw) await peer.arrival('SETTINGS', ({ type }) => type === TYPE.settings);
  // The settings of the server are the first frame of every connection (RFC 9113 section 3.4).
  expect(peer.frames[0]).toMatchObject({ type: TYPE.settings, flags: 0, stream: 0 });
  if (expected === 'nothing') return await goesOn(peer);
  if ('goAway' in expected) return await endsWith(peer, [expected.goAway].flat());
  if ('reset' in expected) {
    const { reset, stream = 1 } = expected;
    const frame = await peer.arrival('RST_STREAM', ({ type }) => type === TYPE.reset);
    expect([codeOf(frame), frame.stream]).toEqual([reset, stream]);
    return await goesOn(peer, stream);
  }
  if ('answered' in expected) {
    for (const stream of expected.answered) {
      const trailers = await peer.arrival(`the answer on ${String(stream)}`, isEndOf(stream));
      expect(peer.fields(trailers).get('grpc-status')).toBe('0');
    }
    return isRaw || expected.mayClose || expected.answered.includes(0x7fff_ffff)
      ? undefined
      : await goesOn(peer);
  }
  if ('status' in expected) {
    const answer = await peer.arrival('HEADERS', ({ type, stream }) => type === TYPE.headers && stream === 1);
    expect(peer.fields(answer).get(':status')).toBe(expected.status);
    return await goesOn(peer);
  }
  await peer.roundTrip();
  const sizes = peer.frames
    .filter(({ type, stream }) => type === TYPE.data && stream === 1)
    .map(({ payload }) => payload.length);
  expect(sizes).toEqual(expected.data);
  expectNoError(peer);
}

/** GOAWAY with one of the codes, and no other, and the end of the connection. */
async function endsWith(peer: Http2Peer, codes: readonly unknown[]): Promise<void> {
  await peer.closed();
  const ends = peer.frames.filter(({ type }) => type === TYPE.goAway).map(codeOf);
  if (ends.length !== 1 || !codes.includes(ends[0])) {
    throw new Error(`GOAWAY ${codes.join(' or ')} was expected: ${peer.told()}`);
  }
}

/** The connection answers another call, with no error but one on `stream`. */
async function goesOn(peer: Http2Peer, stream?: number): Promise<void> {
  await peer.roundTrip();
  peer.send(call(LATER));
  const trailers = await peer.arrival('the answer to a later call', isEndOf(LATER));
  expect(peer.fields(trailers).get('grpc-status')).toBe('0');
  expectNoError(peer, stream);
}

function expectNoError(peer: Http2Peer, stream?: number): void {
  const isError = ({ type, stream: other }: Frame): boolean =>
    type === TYPE.goAway || (type === TYPE.reset && other !== stream);
  if (peer.frames.some(isError)) throw new Error(`no error was expected: ${peer.told()}`);
}

function isEndOf(stream: number): (frame: Frame) => boolean {
  return ({ type, flags, stream: other }) =>
    type === TYPE.headers && other === stream && (flags & FLAG.endStream) !== 0;
}
