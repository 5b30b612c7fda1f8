import type { Peer } from '../request/attributes.ts';
import type { PeerOffsets } from './check-offsets.ts';
import type { DecodeText } from './messages.ts';
import { contentAt, int64At, lastField } from './wire.ts';
import { certificateAt } from './wire-certificate.ts';
import { textsOf } from './wire-metadata.ts';
import { commonTextAt } from './wire-text.ts';

/** Number of a field of Peer. */
const LABELS = 3;
/** Tags in Address, SocketAddress and Pipe. */
const TAG = { socket: 0x0a, pipe: 0x12, address: 0x12, port: 0x18, path: 0x0a } as const;

/** Address of a peer. */
interface Address {
  readonly text: string;
  readonly port: number;
}

/** One end of the connection, each part decoded when it is first read. */
export class WirePeer implements Peer {
  readonly #bytes: Uint8Array;
  readonly #at: PeerOffsets;
  readonly #decode: DecodeText;
  #address: Address | undefined = undefined;
  #principal: string | undefined = undefined;
  #labels: ReadonlyMap<string, string> | undefined = undefined;
  #certificate: string | undefined = undefined;

  constructor(bytes: Uint8Array, at: PeerOffsets, decode: DecodeText) {
    this.#bytes = bytes;
    this.#at = at;
    this.#decode = decode;
  }

  get address(): string {
    return this.#whole.text;
  }

  get port(): number {
    return this.#whole.port;
  }

  get principal(): string {
    this.#principal ??= commonTextAt(this.#bytes, this.#at.principal, this.#decode);
    return this.#principal;
  }

  get service(): string {
    return commonTextAt(this.#bytes, this.#at.service, this.#decode);
  }

  get labels(): ReadonlyMap<string, string> {
    this.#labels ??= textsOf(this.#bytes, this.#at, LABELS, this.#decode);
    return this.#labels;
  }

  get certificate(): string {
    this.#certificate ??= certificateAt(this.#bytes, this.#at.certificate, this.#decode);
    return this.#certificate;
  }

  get #whole(): Address {
    this.#address ??= addressAt(this.#bytes, this.#at.address, this.#decode);
    return this.#address;
  }
}

const NO_ADDRESS: Address = { text: '', port: 0 };

function addressAt(bytes: Uint8Array, at: number, decode: DecodeText): Address {
  if (at === 0) return NO_ADDRESS;
  const address = contentAt(bytes, at);
  const socket = lastField(bytes, address.start, address.end, TAG.socket);
  if (socket !== 0) {
    const { start, end } = contentAt(bytes, socket);
    const text = commonTextAt(bytes, lastField(bytes, start, end, TAG.address), decode);
    const port = lastField(bytes, start, end, TAG.port);
    return { text, port: port === 0 ? 0 : int64At(bytes, port) };
  }
  const pipe = lastField(bytes, address.start, address.end, TAG.pipe);
  if (pipe === 0) return NO_ADDRESS;
  const { start, end } = contentAt(bytes, pipe);
  return { text: commonTextAt(bytes, lastField(bytes, start, end, TAG.path), decode), port: 0 };
}
