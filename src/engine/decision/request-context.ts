import type { GrpcServices } from '../grpc/grpc-services.ts';
import type { CertificateReader } from '../identity/certificate.ts';
import { connectionPeer, forwardedPeer, type PeerResult } from '../identity/peer.ts';
import type { Attributes, Timestamp } from '../request/attributes.ts';
import { type CanonicalPath, canonicalPath } from '../request/canonical-path.ts';
import { normalizeHost } from '../request/host.ts';
import { parseQuery } from '../request/query.ts';
import { type ReadXfcc, readXfcc } from '../request/xfcc.ts';
import type { BodyResult } from '../schema/body-schema.ts';
import { readJsonBody } from '../schema/json-body.ts';
import type { MatchInput } from '../set/match.ts';
import type { PolicySet } from '../set/policy-set.ts';
import { GrpcCall } from './grpc-call.ts';
import { DestinationValues, SourceValues } from './peer-values.ts';
import type { Services } from './services.ts';
import { timestamp } from './timestamp.ts';
import type { DecisionTrace } from './trace.ts';

/** Values of the whole folder that expressions read. */
export type FolderContext = Pick<PolicySet, 'revisionText' | 'data' | 'env'>;

/** Values derived from the attributes of one request, each computed once, when a policy first reads it. */
export class RequestContext {
  readonly attributes: Attributes;
  /** Milliseconds since 1970, with fractions. */
  readonly now: number;
  readonly path: CanonicalPath;
  readonly matching: MatchInput;
  /** Undefined when serving. */
  readonly trace: DecisionTrace | undefined;
  readonly certificates: CertificateReader;
  readonly folder: FolderContext;
  #source: SourceValues | undefined;
  #destination: DestinationValues | undefined;
  #connection: ConnectionValues | undefined;
  #timestamp: Timestamp | undefined;
  #headerValues: ReadonlyMap<string, readonly string[]> | undefined;
  #queryParams: ReadonlyMap<string, readonly string[]> | undefined;
  #body: BodyResult | undefined;
  #calls: Map<GrpcServices, GrpcCall | undefined> | undefined;

  readonly #xfccTrustedHops: number;
  #xfcc: ReadXfcc | undefined;
  #peer: PeerResult | undefined;
  #forwardedPeer: PeerResult | undefined;

  constructor(
    attributes: Attributes,
    now: number,
    folder: FolderContext,
    { certificates, xfccTrustedHops = 0 }: Pick<Services, 'certificates' | 'xfccTrustedHops'>,
    trace?: DecisionTrace,
  ) {
    this.trace = trace;
    this.certificates = certificates;
    this.#xfccTrustedHops = xfccTrustedHops;
    this.attributes = attributes;
    this.now = now;
    this.folder = folder;
    const { request } = attributes;
    const { method } = request;
    this.path = canonicalPath(request.path, method);
    this.matching = { host: normalizeHost(request.host), method, path: this.path.path };
  }

  /** The same request with another trace. */
  tracedBy(trace: DecisionTrace): RequestContext {
    const services = { certificates: this.certificates, xfccTrustedHops: this.#xfccTrustedHops };
    return new RequestContext(this.attributes, this.now, this.folder, services, trace);
  }

  /** The body as JSON, parsed when first read. */
  get body(): BodyResult {
    if (this.#body !== undefined) return this.#body;
    const { body, headers } = this.attributes.request;
    this.#body = readJsonBody(body, {
      type: headers.get('content-type') ?? '',
      encoding: headers.get('content-encoding') ?? '',
    });
    return this.#body;
  }

  /** The call that the request is by these services; undefined if its path is not a method of them. */
  callOf(services: GrpcServices): GrpcCall | undefined {
    this.#calls ??= new Map();
    let call = this.#calls.get(services);
    if (call === undefined && !this.#calls.has(services)) {
      const method = services.methodAt(this.path.path);
      call = method && new GrpcCall(services, method, this.attributes.request);
      this.#calls.set(services, call);
    }
    return call;
  }

  /** Client certificates that trusted proxies report, parsed when first read; none without trusted proxies. */
  get xfcc(): ReadXfcc {
    if (this.#xfcc !== undefined) return this.#xfcc;
    const hops = this.#xfccTrustedHops;
    const header = hops === 0 ? '' : (this.attributes.request.headers.get('x-forwarded-client-cert') ?? '');
    this.#xfcc = readXfcc(header, hops);
    return this.#xfcc;
  }

  /** The peer of the connection, compared with its certificate when first read. */
  get peer(): PeerResult {
    this.#peer ??= connectionPeer(this.attributes.source, this.certificates);
    return this.#peer;
  }

  /** The client that the nearest trusted proxy reports. */
  get forwardedPeer(): PeerResult {
    this.#forwardedPeer ??= forwardedPeer(this.xfcc, this.attributes.source, this.certificates);
    return this.#forwardedPeer;
  }

  /** The query string, parsed when first read. */
  get queryParams(): ReadonlyMap<string, readonly string[]> {
    this.#queryParams ??= parseQuery(this.path.query);
    return this.#queryParams;
  }

  /** All values of each header, collected when first read. */
  get headerValues(): ReadonlyMap<string, readonly string[]> {
    const { headers, headerForm } = this.attributes.request;
    this.#headerValues ??= new Map(
      Array.from(headers, ([name, value]) => [name, headerForm.repeated.get(name) ?? [value]]),
    );
    return this.#headerValues;
  }

  /** `source` in expressions. */
  get source(): SourceValues {
    this.#source ??= new SourceValues(this.attributes.source, this);
    return this.#source;
  }

  /** `destination` in expressions. */
  get destination(): DestinationValues {
    this.#destination ??= new DestinationValues(this.attributes.destination);
    return this.#destination;
  }

  /** `connection` in expressions. */
  get connection(): ConnectionValues {
    const { connection } = this.attributes;
    this.#connection ??= { requested_server_name: connection.requestedServerName, mtls: connection.mtls };
    return this.#connection;
  }

  /** `now` as a timestamp. */
  get timestamp(): Timestamp {
    this.#timestamp ??= timestamp(this.now);
    return this.#timestamp;
  }
}

interface ConnectionValues {
  readonly requested_server_name: string;
  readonly mtls: boolean;
}
