import type { Attributes, JsonValue, Peer } from '../request/attributes.ts';
import type { CheckOffsets } from './check-offsets.ts';
import type { DecodeText } from './messages.ts';
import type { ProxyObserver } from './proxy-observer.ts';
import { contentAt, lastField, lengthAt } from './wire.ts';
import { metadataAt, textsOf } from './wire-metadata.ts';
import { WirePeer } from './wire-peer.ts';
import { WireRequest } from './wire-request.ts';
import { commonTextAt } from './wire-text.ts';

/** Number of a field of AttributeContext, and a tag in TLSSession. */
const CONTEXT_EXTENSIONS = 10;
const SNI = 0x0a;

/**
 * The attributes of a request over the bytes of its check, which never change. Nothing of it can be assigned: all is read
 * by getters out of private fields.
 */
export class WireAttributes implements Attributes {
  readonly #at: CheckOffsets;
  readonly #decode: DecodeText;
  readonly #request: WireRequest;
  readonly #source: WirePeer;
  #destination: WirePeer | undefined = undefined;
  #connection: Attributes['connection'] | undefined = undefined;
  #context: ReadonlyMap<string, string> | undefined = undefined;
  #metadata: ReadonlyMap<string, JsonValue> | undefined = undefined;
  #routeMetadata: ReadonlyMap<string, JsonValue> | undefined = undefined;

  constructor(at: CheckOffsets, proxy: ProxyObserver, decode: DecodeText) {
    this.#at = at;
    this.#decode = decode;
    this.#source = new WirePeer(at.bytes, at.source, decode);
    this.#request = new WireRequest(at, proxy, decode);
  }

  get request(): Attributes['request'] {
    return this.#request;
  }

  get source(): Peer {
    return this.#source;
  }

  get destination(): Peer {
    this.#destination ??= new WirePeer(this.#at.bytes, this.#at.destination, this.#decode);
    return this.#destination;
  }

  get connection(): Attributes['connection'] {
    this.#connection ??= Object.freeze({ requestedServerName: this.#sni(), mtls: this.#isMtls() });
    return this.#connection;
  }

  get context(): ReadonlyMap<string, string> {
    this.#context ??= textsOf(this.#at.bytes, this.#at, CONTEXT_EXTENSIONS, this.#decode);
    return this.#context;
  }

  get metadata(): ReadonlyMap<string, JsonValue> {
    this.#metadata ??= metadataAt(this.#at.bytes, this.#at.metadata, this.#decode);
    return this.#metadata;
  }

  get routeMetadata(): ReadonlyMap<string, JsonValue> {
    this.#routeMetadata ??= metadataAt(this.#at.bytes, this.#at.routeMetadata, this.#decode);
    return this.#routeMetadata;
  }

  #sni(): string {
    const { bytes, tlsSession } = this.#at;
    if (tlsSession === 0) return '';
    const { start, end } = contentAt(bytes, tlsSession);
    return commonTextAt(bytes, lastField(bytes, start, end, SNI), this.#decode);
  }

  #isMtls(): boolean {
    const { bytes, source } = this.#at;
    return lengthAt(bytes, source.principal) > 0 || lengthAt(bytes, source.certificate) > 0;
  }
}
