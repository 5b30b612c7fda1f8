import type { Activation } from '../../cel/interpret/program.ts';
import type { CertificateReader } from '../identity/certificate.ts';
import { connectionPeer, forwardedPeer, type PeerResult } from '../identity/peer.ts';
import type { VerifiedToken } from '../identity/verified-token.ts';
import type { Attributes, JsonValue, Timestamp } from '../request/attributes.ts';
import { type CanonicalPath, canonicalPath } from '../request/canonical-path.ts';
import { normalizeHost } from '../request/host.ts';
import { parseQuery } from '../request/query.ts';
import { type ReadXfcc, readXfcc } from '../request/xfcc.ts';
import type { BodyResult } from '../schema/body-schema.ts';
import { readJsonBody } from '../schema/json-body.ts';
import { MISSING_BODY, unreadableBody } from '../schema/readable-body.ts';
import { type MatchInput, NO_PARAMS, type Params } from '../set/match.ts';
import type { CompiledPolicy, PolicySet } from '../set/policy-set.ts';
import { AttributeUnavailable } from './attribute-unavailable.ts';
import type { Identity } from './identities.ts';
import { CallerValues, DestinationValues, NO_CALLER, SourceValues } from './peer-values.ts';
import type { Services } from './services.ts';
import { EPOCH, timestamp } from './timestamp.ts';
import type { DecisionTrace } from './trace.ts';
import { variablesOf } from './variables.ts';

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
  #headerValues: ReadonlyMap<string, readonly string[]> | undefined;
  #queryParams: ReadonlyMap<string, readonly string[]> | undefined;
  readonly #activated = new Map<PolicyContext, CachedActivation>();
  #body: BodyResult | undefined;

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
    this.#folder = folder;
    this.path = canonicalPath(attributes.request.path, attributes.request.method);
    this.matching = {
      host: normalizeHost(attributes.request.host),
      method: attributes.request.method,
      path: this.path.path,
    };
  }

  /** The body as JSON, parsed when first read. */
  get body(): BodyResult {
    const { body, headers } = this.attributes.request;
    this.#body ??= readJsonBody(body, {
      type: headers.get('content-type') ?? '',
      encoding: headers.get('content-encoding') ?? '',
    });
    return this.#body;
  }

  /** Client certificates that trusted proxies report, parsed when first read; none without trusted proxies. */
  get xfcc(): ReadXfcc {
    const hops = this.#xfccTrustedHops;
    const header = hops === 0 ? '' : (this.attributes.request.headers.get('x-forwarded-client-cert') ?? '');
    this.#xfcc ??= readXfcc(header, hops);
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

  /** The activation for the expressions of one policy. Before authentication it is `NOBODY`'s. */
  activation(policy: PolicyContext, identity: Identity, params: Params = NO_PARAMS): Activation {
    // Steps go from policy to policy, mostly with the same parameters: the activation of each is kept, so that its
    // variables are evaluated once.
    const before = this.#activated.get(policy);
    if (before !== undefined && before.identity === identity && before.params === params)
      return before.activation;
    const activation = this.#activate(policy, identity, params);
    this.#activated.set(policy, { identity, params, activation });
    return activation;
  }

  #activate(policy: PolicyContext, { token, caller }: Identity, params: Params): Activation {
    this.#roots ??= new SharedRoots(this);
    const roots = this.#roots;
    const activation = {
      request: new RequestValues(this, params),
      source: roots.source,
      destination: roots.destination,
      connection: roots.connection,
      caller: caller === undefined ? NO_CALLER : new CallerValues(caller),
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
  readonly identity: Identity;
  readonly params: Params;
  readonly activation: Activation;
}

/** The roots that are the same for every policy of one request. */
class SharedRoots {
  readonly source: SourceValues;
  readonly destination: DestinationValues;
  readonly connection: { readonly requested_server_name: string; readonly mtls: boolean };
  readonly now: Timestamp;

  constructor(request: RequestContext) {
    const { attributes, now } = request;
    this.source = new SourceValues(attributes.source, request);
    this.destination = new DestinationValues(attributes.destination);
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
    return this.#context.matching.host;
  }
  get authority(): string {
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
  get header_values(): ReadonlyMap<string, readonly string[]> {
    return this.#context.headerValues;
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
    if (denial !== undefined) throw new AttributeUnavailable(denial);
    return value;
  }
  get body_bytes(): Uint8Array {
    const { body, headers } = this.#request;
    const denial =
      unreadableBody(body, headers.get('content-encoding') ?? '') ??
      (body.defect === 'missing' ? MISSING_BODY : undefined);
    if (denial !== undefined) throw new AttributeUnavailable(denial);
    return body.bytes;
  }
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
