import type { Activation, Value } from '../../cel/interpret/program.ts';
import type { VerifiedToken } from '../identity/verified-token.ts';
import type { Attributes, JsonValue, Timestamp } from '../request/attributes.ts';
import { MISSING_BODY, unreadableBody } from '../schema/readable-body.ts';
import { NO_PARAMS, type Params } from '../set/match.ts';
import type { CompiledPolicy } from '../set/policy-set.ts';
import { AttributeUnavailable } from './attribute-unavailable.ts';
import { type BodyValue, UNKNOWN_METHOD } from './grpc-call.ts';
import type { Caller } from './identities.ts';
import { CallerValues, NO_CALLER } from './peer-values.ts';
import type { RequestContext } from './request-context.ts';
import { EPOCH, timestamp } from './timestamp.ts';
import { variablesOf } from './variables.ts';

const NO_TOKEN = Object.freeze({
  present: false,
  issuer: '',
  tenant: '',
  subject: '',
  audiences: [],
  scopes: [],
  roles: [],
  expires_at: EPOCH,
  claims: {},
  header: {},
});

/** Values of their own policy that expressions read. */
type PolicyContext = Pick<CompiledPolicy, 'name' | 'params' | 'variables' | 'services'>;

/**
 * The values that the expressions of one policy read, by the names of `names.ts`. Each is made when it is first read:
 * most expressions read one or two.
 */
export class PolicyActivation implements Activation {
  // An activation has values by name.
  readonly [name: string]: Value;
  readonly #context: RequestContext;
  readonly #policy: PolicyContext;
  readonly #token: VerifiedToken | undefined;
  readonly #caller: Caller | undefined;
  readonly #params: Params;
  #request: RequestValues | undefined;
  #callerValues: CallerValues | undefined;
  #tokenValues: TokenValues | undefined;
  #policyValues: { readonly name: string; readonly revision: string } | undefined;
  #variables: object | undefined;

  constructor(
    context: RequestContext,
    policy: PolicyContext,
    token: VerifiedToken | undefined,
    caller: Caller | undefined,
    params: Params = NO_PARAMS,
  ) {
    this.#context = context;
    this.#policy = policy;
    this.#token = token;
    this.#caller = caller;
    this.#params = params;
  }

  /** True if `activation` has the values of these. Static, as all other names are those of expressions. */
  static isOf(
    activation: PolicyActivation,
    token: VerifiedToken | undefined,
    caller: Caller | undefined,
    params: Params,
  ): boolean {
    return activation.#token === token && activation.#caller === caller && activation.#params === params;
  }

  get request(): RequestValues {
    this.#request ??= new RequestValues(this.#context, this.#params, this.#policy.services);
    return this.#request;
  }
  get source(): object {
    return this.#context.source;
  }
  get destination(): object {
    return this.#context.destination;
  }
  get connection(): object {
    return this.#context.connection;
  }
  get caller(): object {
    if (this.#caller === undefined) return NO_CALLER;
    this.#callerValues ??= new CallerValues(this.#caller);
    return this.#callerValues;
  }
  get jwt(): object {
    if (this.#token === undefined) return NO_TOKEN;
    this.#tokenValues ??= new TokenValues(this.#token);
    return this.#tokenValues;
  }
  get context(): ReadonlyMap<string, string> {
    return this.#context.attributes.context;
  }
  get metadata(): ReadonlyMap<string, JsonValue> {
    return this.#context.attributes.metadata;
  }
  get route_metadata(): ReadonlyMap<string, JsonValue> {
    return this.#context.attributes.routeMetadata;
  }
  get policy(): object {
    this.#policyValues ??= { name: this.#policy.name, revision: this.#context.folder.revisionText };
    return this.#policyValues;
  }
  get data(): object {
    return this.#context.folder.data;
  }
  get env(): object {
    return this.#context.folder.env;
  }
  get params(): object {
    return this.#policy.params;
  }
  get variables(): object {
    this.#variables ??= variablesOf(this.#policy.variables, this, this.#context.trace);
    return this.#variables;
  }
  get now(): Timestamp {
    return this.#context.timestamp;
  }
}

class RequestValues {
  readonly #context: RequestContext;
  readonly params: Params;
  readonly #services: CompiledPolicy['services'];

  constructor(context: RequestContext, params: Params, services: CompiledPolicy['services']) {
    this.#context = context;
    this.params = params;
    this.#services = services;
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
  get body(): Value {
    const { value, denial } = bodyOf(this.#context, this.#services);
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

/** The messages of a call to one of these services, else the body as JSON. */
function bodyOf(context: RequestContext, services: CompiledPolicy['services']): BodyValue {
  for (const each of services) {
    const call = context.callOf(each);
    if (call !== undefined) return call.value;
    if (each.hasServiceAt(context.path.path)) return { denial: UNKNOWN_METHOD };
  }
  return context.body;
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
  get tenant(): string {
    return this.#token.tenant;
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
  get roles(): readonly string[] {
    return this.#token.roles;
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
