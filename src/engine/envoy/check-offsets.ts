import { HeaderOffsets } from './header-offsets.ts';
import { ADDRESS, checkMessage, METADATA, TEXT_ENTRY, TIMESTAMP, TLS_SESSION } from './message-shapes.ts';
import type { DecodeText } from './messages.ts';
import { malformed, prefixAt, skipField, skipVarint, within } from './wire.ts';

/*
 * The offsets of the parts of a CheckRequest. The whole message is checked here, once; nothing is copied or decoded. An
 * offset is that of the length prefix of a part, and 0 if the part is absent: at 0 there is the tag of the first field.
 * If a text or a number occurs more than once, the last counts; a message that does is refused, since some readers merge
 * it and others replace it.
 */

/** One end of the connection. */
export class PeerOffsets {
  start = 0;
  end = 0;
  address = 0;
  service = 0;
  principal = 0;
  certificate = 0;

  read(bytes: Uint8Array, start: number, end: number): void {
    this.start = start;
    this.end = end;
    let at = start;
    while (at < end) {
      const tag = bytes[at] ?? 0;
      if ((tag & 7) !== 2 || tag > PEER.certificate) {
        at = skipField(bytes, at, end, 2, PEER_KNOWN);
        continue;
      }
      const prefix = prefixAt(bytes, at + 1);
      const content = at + 1 + (prefix & 7);
      const stop = within(content + (prefix >>> 3), end);
      switch (tag) {
        case PEER.address:
          if (this.address !== 0) malformed();
          this.address = at + 1;
          checkMessage(bytes, content, stop, ADDRESS, 3);
          break;
        case PEER.service:
          this.service = at + 1;
          break;
        case PEER.labels:
          checkMessage(bytes, content, stop, TEXT_ENTRY, 2);
          break;
        case PEER.principal:
          this.principal = at + 1;
          break;
        case PEER.certificate:
          this.certificate = at + 1;
          break;
        default:
          malformed();
      }
      at = stop;
    }
  }
}

/** Tags: the number of the field shifted left by three, and its wire type. All here are of lengths (2), but `size`. */
const PEER = { address: 0x0a, service: 0x12, labels: 0x1a, principal: 0x22, certificate: 0x2a } as const;
const PEER_KNOWN = 0b11_1110;

const ATTRIBUTES = 0x0a;
const CONTEXT = {
  source: 0x0a,
  destination: 0x12,
  request: 0x22,
  contextExtensions: 0x52,
  metadataContext: 0x5a,
  tlsSession: 0x62,
  routeMetadataContext: 0x6a,
} as const;
const CONTEXT_KNOWN = 0b11_1100_0001_0110;

const REQUEST = { time: 0x0a, http: 0x12 } as const;
const REQUEST_KNOWN = 0b110;

const HTTP = {
  id: 0x0a,
  method: 0x12,
  headers: 0x1a,
  path: 0x22,
  host: 0x2a,
  scheme: 0x32,
  query: 0x3a,
  fragment: 0x42,
  size: 0x48,
  protocol: 0x52,
  body: 0x5a,
  rawBody: 0x62,
  headerMap: 0x6a,
} as const;
const HTTP_KNOWN = 0b11_1111_1111_1110;

export class CheckOffsets {
  readonly bytes: Uint8Array;
  readonly source = new PeerOffsets();
  readonly destination = new PeerOffsets();
  readonly headers: HeaderOffsets;
  /** Start and end of the attributes; 0 without any. */
  start = 0;
  end = 0;
  metadata = 0;
  routeMetadata = 0;
  tlsSession = 0;
  request = 0;
  time = 0;
  http = 0;
  id = 0;
  method = 0;
  path = 0;
  host = 0;
  scheme = 0;
  query = 0;
  /** Offset of the number. */
  size = 0;
  protocol = 0;
  body = 0;
  rawBody = 0;
  headerMap = 0;

  /** Throws if the bytes are not a CheckRequest. */
  constructor(bytes: Uint8Array, decode: DecodeText) {
    this.bytes = bytes;
    this.headers = new HeaderOffsets(bytes, decode);
    this.#read(bytes.length);
    this.headers.close();
  }

  #read(end: number): void {
    let at = 0;
    while (at < end) {
      if (this.bytes[at] !== ATTRIBUTES) {
        at = skipField(this.bytes, at, end, 0, 0b10);
        continue;
      }
      if (this.start !== 0) malformed();
      const prefix = prefixAt(this.bytes, at + 1);
      this.start = at + 1 + (prefix & 7);
      this.end = within(this.start + (prefix >>> 3), end);
      this.#readAttributes(this.start, this.end);
      at = this.end;
    }
  }

  #readAttributes(start: number, end: number): void {
    const { bytes } = this;
    let at = start;
    while (at < end) {
      const tag = bytes[at] ?? 0;
      if ((tag & 7) !== 2 || tag > CONTEXT.routeMetadataContext) {
        at = skipField(bytes, at, end, 1, CONTEXT_KNOWN);
        continue;
      }
      const prefix = prefixAt(bytes, at + 1);
      const content = at + 1 + (prefix & 7);
      const stop = within(content + (prefix >>> 3), end);
      switch (tag) {
        case CONTEXT.source:
          if (this.source.start !== 0) malformed();
          this.source.read(bytes, content, stop);
          break;
        case CONTEXT.destination:
          if (this.destination.start !== 0) malformed();
          this.destination.read(bytes, content, stop);
          break;
        case CONTEXT.request:
          if (this.request !== 0) malformed();
          this.request = at + 1;
          this.#readRequest(content, stop);
          break;
        case CONTEXT.contextExtensions:
          checkMessage(bytes, content, stop, TEXT_ENTRY, 1);
          break;
        case CONTEXT.metadataContext:
          if (this.metadata !== 0) malformed();
          this.metadata = at + 1;
          checkMessage(bytes, content, stop, METADATA, 2);
          break;
        case CONTEXT.tlsSession:
          if (this.tlsSession !== 0) malformed();
          this.tlsSession = at + 1;
          checkMessage(bytes, content, stop, TLS_SESSION, 2);
          break;
        case CONTEXT.routeMetadataContext:
          if (this.routeMetadata !== 0) malformed();
          this.routeMetadata = at + 1;
          checkMessage(bytes, content, stop, METADATA, 2);
          break;
        default:
          skipField(bytes, at, end, 1, CONTEXT_KNOWN);
      }
      at = stop;
    }
  }

  #readRequest(start: number, end: number): void {
    const { bytes } = this;
    let at = start;
    while (at < end) {
      const tag = bytes[at] ?? 0;
      if (tag !== REQUEST.time && tag !== REQUEST.http) {
        at = skipField(bytes, at, end, 2, REQUEST_KNOWN);
        continue;
      }
      const prefix = prefixAt(bytes, at + 1);
      const content = at + 1 + (prefix & 7);
      const stop = within(content + (prefix >>> 3), end);
      if (tag === REQUEST.time) {
        if (this.time !== 0) malformed();
        this.time = at + 1;
        checkMessage(bytes, content, stop, TIMESTAMP, 3);
      } else {
        if (this.http !== 0) malformed();
        this.http = at + 1;
        this.#readHttp(content, stop);
      }
      at = stop;
    }
  }

  #readHttp(start: number, end: number): void {
    const { bytes, headers } = this;
    let at = start;
    while (at < end) {
      const tag = bytes[at] ?? 0;
      if (tag === HTTP.size) {
        this.size = at + 1;
        at = within(skipVarint(bytes, at + 1, 'int64'), end);
        continue;
      }
      if ((tag & 7) !== 2 || tag > HTTP.headerMap) {
        at = skipField(bytes, at, end, 3, HTTP_KNOWN);
        continue;
      }
      const prefix = prefixAt(bytes, at + 1);
      const content = at + 1 + (prefix & 7);
      const stop = within(content + (prefix >>> 3), end);
      switch (tag) {
        case HTTP.headers:
          headers.readEntry(content, stop);
          break;
        case HTTP.id:
          this.id = at + 1;
          break;
        case HTTP.method:
          this.method = at + 1;
          break;
        case HTTP.path:
          this.path = at + 1;
          break;
        case HTTP.host:
          this.host = at + 1;
          break;
        case HTTP.scheme:
          this.scheme = at + 1;
          break;
        case HTTP.query:
          this.query = at + 1;
          break;
        case HTTP.fragment:
          break;
        case HTTP.protocol:
          this.protocol = at + 1;
          break;
        case HTTP.body:
          this.body = at + 1;
          break;
        case HTTP.rawBody:
          this.rawBody = at + 1;
          break;
        case HTTP.headerMap:
          if (this.headerMap !== 0) malformed();
          this.headerMap = at + 1;
          headers.readMap(content, stop);
          break;
        default:
          // `size` with another wire type.
          malformed();
      }
      at = stop;
    }
  }
}
