import type { Activation } from '../../cel/interpret/program.ts';
import type { Certificate, CertificateReader } from '../identity/certificate.ts';
import { parseSpiffe } from '../identity/spiffe.ts';
import type { VerifiedToken } from '../identity/verified-token.ts';
import type { Attributes, JsonValue, Peer, Timestamp } from '../request/attributes.ts';
import { type CanonicalPath, canonicalPath } from '../request/canonical-path.ts';
import { normalizeHost } from '../request/host.ts';
import { parseQuery } from '../request/query.ts';
import { parseXfcc, type XfccElement } from '../request/xfcc.ts';
import type { BodyDenial, BodyResult } from '../schema/body-schema.ts';
import { readJsonBody } from '../schema/json-body.ts';
import { type MatchInput, NO_PARAMS, type Params } from '../set/match.ts';
import type { CompiledPolicy, PolicySet } from '../set/policy-set.ts';
import type { Services } from './services.ts';
import type { DecisionTrace } from './trace.ts';
import { variablesOf } from './variables.ts';

/** Thrown by `request.body` if the body cannot be read; becomes the denial with the body's own reason. */
export class BodyUnavailable extends Error {
  override readonly name = 'BodyUnavailable';
  readonly denial: BodyDenial;

  constructor(denial: BodyDenial) {
    super(denial.detail);
    this.denial = denial;
  }
}

const NO_XFCC: readonly XfccElement[] = [];
const EPOCH: Timestamp = { seconds: 0, nanos: 0 };

const NO_TOKEN = Object.freeze({
  present: false,
  issuer: '',
  subject: '',
  audiences: [],
  scopes: [],
  expires_at: EPOCH,
  claims: {},
  header: {},
});

/** Values of the whole folder that expressions read. */
export type FolderContext = Pick<PolicySet, 'revisionText' | 'data' | 'env'>;

/** Values of their own policy that expressions read. */
type PolicyContext = Pick<CompiledPolicy, 'name' | 'params' | 'variables'>;

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
  readonly #folder: FolderContext;
  #roots: SharedRoots | undefined;
  #queryParams: ReadonlyMap<string, readonly string[]> | undefined;
  readonly #activated = new Map<PolicyContext, CachedActivation>();
  #body: BodyResult | undefined;

  readonly #xfccTrustedHops: number;
  #xfcc: readonly XfccElement[] | undefined;

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
    this.#folder = folder;
    this.path = canonicalPath(attributes.request.path);
    this.matching = {
      host: normalizeHost(attributes.request.host),
      method: attributes.request.method,
      path: this.path.path,
    };
  }

  /** The body as JSON, parsed when first read. */
  get body(): BodyResult {
    this.#body ??= readJsonBody(
      this.attributes.request.body,
      this.attributes.request.headers.get('content-type') ?? '',
    );
    return this.#body;
  }

  /** Elements of trusted proxies, the nearest last; empty if the header cannot be parsed. */
  get xfcc(): readonly XfccElement[] {
    this.#xfcc ??= this.#readXfcc();
    return this.#xfcc;
  }

  #readXfcc(): readonly XfccElement[] {
    if (this.#xfccTrustedHops === 0) return NO_XFCC;
    const header = this.attributes.request.headers.get('x-forwarded-client-cert') ?? '';
    return parseXfcc(header)?.slice(-this.#xfccTrustedHops) ?? NO_XFCC;
  }

  /** The query string, parsed when first read. */
  get queryParams(): ReadonlyMap<string, readonly string[]> {
    this.#queryParams ??= parseQuery(this.path.query);
    return this.#queryParams;
  }

  /** The activation for the expressions of one policy. Before authentication `token` is undefined. */
  activation(
    policy: PolicyContext,
    token: VerifiedToken | undefined,
    params: Params = NO_PARAMS,
  ): Activation {
    // Steps go from policy to policy, mostly with the same parameters: the activation of each is kept, so that its
    // variables are evaluated once.
    const before = this.#activated.get(policy);
    if (before !== undefined && before.token === token && before.params === params) return before.activation;
    const activation = this.#activate(policy, token, params);
    this.#activated.set(policy, { token, params, activation });
    return activation;
  }

  #activate(policy: PolicyContext, token: VerifiedToken | undefined, params: Params): Activation {
    this.#roots ??= new SharedRoots(this);
    const roots = this.#roots;
    const activation = {
      request: new RequestValues(this, params),
      source: roots.source,
      destination: roots.destination,
      connection: roots.connection,
      jwt: token === undefined ? NO_TOKEN : new TokenValues(token),
      context: this.attributes.context,
      metadata: this.attributes.metadata,
      route_metadata: this.attributes.routeMetadata,
      policy: { name: policy.name, revision: this.#folder.revisionText },
      data: this.#folder.data,
      env: this.#folder.env,
      params: policy.params,
      variables: {},
      now: roots.now,
    };
    activation.variables = variablesOf(policy.variables, activation, this.trace);
    return activation;
  }
}

/** An activation with its inputs. */
interface CachedActivation {
  readonly token: VerifiedToken | undefined;
  readonly params: Params;
  readonly activation: Activation;
}

/** The roots that are the same for every policy of one request. */
class SharedRoots {
  readonly source: PeerValues;
  readonly destination: PeerValues;
  readonly connection: { readonly requested_server_name: string; readonly mtls: boolean };
  readonly now: Timestamp;

  constructor(request: RequestContext) {
    const { attributes, certificates, now } = request;
    this.source = new SourceValues(attributes.source, request);
    this.destination = new PeerValues(attributes.destination, certificates);
    this.connection = {
      requested_server_name: attributes.connection.requestedServerName,
      mtls: attributes.connection.mtls,
    };
    this.now = timestamp(now);
  }
}

class RequestValues {
  readonly #context: RequestContext;
  readonly params: Params;

  constructor(context: RequestContext, params: Params) {
    this.#context = context;
    this.params = params;
  }

  get #request(): Attributes['request'] {
    return this.#context.attributes.request;
  }
  get id(): string {
    return this.#request.id;
  }
  get method(): string {
    return this.#request.method;
  }
  get path(): string {
    return this.#request.path;
  }
  /** A slash at the end makes no difference, neither to `paths` nor to an expression. */
  get url_path(): string {
    const { path } = this.#context.path;
    return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
  }
  get query(): string {
    return this.#context.path.query;
  }
  get host(): string {
    return this.#request.host;
  }
  get scheme(): string {
    return this.#request.scheme;
  }
  get protocol(): string {
    return this.#request.protocol;
  }
  get referer(): string {
    return this.#request.headers.get('referer') ?? '';
  }
  get useragent(): string {
    return this.#request.headers.get('user-agent') ?? '';
  }
  get headers(): ReadonlyMap<string, string> {
    return this.#request.headers;
  }
  get query_params(): ReadonlyMap<string, readonly string[]> {
    return this.#context.queryParams;
  }
  get time(): Timestamp {
    return this.#request.time ?? timestamp(this.#context.now);
  }
  get size(): number {
    return this.#request.size;
  }
  get body(): JsonValue {
    const { value, denial } = this.#context.body;
    if (denial !== undefined) throw new BodyUnavailable(denial);
    return value;
  }
  get body_bytes(): Uint8Array {
    const { bytes, truncated } = this.#request.body;
    if (truncated)
      throw new BodyUnavailable({
        reason: 'body_truncated',
        detail: 'only a part of the body could be read',
      });
    return bytes;
  }
}

type SpiffeValues = Readonly<Record<'trust_domain' | 'path' | 'namespace' | 'service_account', string>>;

class PeerValues {
  readonly #peer: Peer;
  #spiffe: SpiffeValues | undefined;
  readonly #certificates: CertificateReader;
  #certificate: CertificateValues | undefined;

  constructor(peer: Peer, certificates: CertificateReader) {
    this.#peer = peer;
    this.#certificates = certificates;
  }

  get address(): string {
    return this.#peer.address;
  }
  get port(): number {
    return this.#peer.port;
  }
  get ip(): string {
    return this.#peer.address;
  }
  get principal(): string {
    return this.#peer.principal;
  }
  get service(): string {
    return this.#peer.service;
  }
  get labels(): ReadonlyMap<string, string> {
    return this.#peer.labels;
  }
  get certificate(): CertificateValues {
    this.#certificate ??= certificateValues(this.#certificates.read(this.#peer.certificate));
    return this.#certificate;
  }
  get spiffe(): SpiffeValues {
    this.#spiffe ??= spiffeValues(this.#peer.principal);
    return this.#spiffe;
  }
}

class SourceValues extends PeerValues {
  readonly #request: RequestContext;

  constructor(peer: Peer, request: RequestContext) {
    super(peer, request.certificates);
    this.#request = request;
  }

  get xfcc(): readonly XfccElement[] {
    return this.#request.xfcc;
  }
}

interface CertificateValues {
  readonly subject: string;
  readonly issuer: string;
  readonly serial: string;
  readonly not_before: Timestamp;
  readonly not_after: Timestamp;
  readonly uri_sans: readonly string[];
  readonly dns_sans: readonly string[];
  readonly sha256: string;
}

const NO_CERTIFICATE: CertificateValues = Object.freeze({
  subject: '',
  issuer: '',
  serial: '',
  not_before: EPOCH,
  not_after: EPOCH,
  uri_sans: [],
  dns_sans: [],
  sha256: '',
});

/** Empty values if the certificate cannot be read; `authenticate` denies such a peer. */
function certificateValues(certificate: Certificate | undefined): CertificateValues {
  if (certificate === undefined) return NO_CERTIFICATE;
  const { subject, issuer, serial, notBefore, notAfter, uriSans, dnsSans, sha256 } = certificate;
  return {
    subject,
    issuer,
    serial,
    not_before: timestamp(notBefore),
    not_after: timestamp(notAfter),
    uri_sans: uriSans,
    dns_sans: dnsSans,
    sha256,
  };
}

function spiffeValues(principal: string): SpiffeValues {
  const id = parseSpiffe(principal);
  return {
    trust_domain: id?.trustDomain ?? '',
    path: id?.path ?? '',
    namespace: id?.namespace ?? '',
    service_account: id?.serviceAccount ?? '',
  };
}

class TokenValues {
  readonly #token: VerifiedToken;
  readonly present = true;

  constructor(token: VerifiedToken) {
    this.#token = token;
  }

  get issuer(): string {
    return this.#token.issuer;
  }
  get subject(): string {
    return this.#token.subject;
  }
  get audiences(): readonly string[] {
    return this.#token.audiences;
  }
  get scopes(): readonly string[] {
    return this.#token.scopes;
  }
  get expires_at(): Timestamp {
    return this.#token.expiresAt ?? EPOCH;
  }
  get claims(): Readonly<Record<string, JsonValue>> {
    return this.#token.claims;
  }
  get header(): Readonly<Record<string, JsonValue>> {
    return this.#token.header;
  }
}

function timestamp(milliseconds: number): Timestamp {
  const micros = Math.floor(milliseconds * 1000);
  const seconds = Math.floor(micros / 1_000_000);
  return { seconds, nanos: (micros - seconds * 1_000_000) * 1000 };
}
