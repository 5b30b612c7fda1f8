import type { JsonObject } from '../../engine/request/attributes.ts';

/** Most UTF-16 units of a text of the caller in a record. */
export const MAX_TEXT = 2048;

/** Version of the format of records. */
export const RECORD_VERSION = 1;

interface Described {
  readonly doc: string;
  /** Version of Lictor that first wrote the field. */
  readonly since: string;
  /** Completes "absent …". Undefined: each record has the field. */
  readonly absent?: string;
}

interface TextField extends Described {
  readonly type: 'text';
  /** Most UTF-16 units; a longer text is cut. Undefined: the text is Lictor's own or that of a policy. */
  readonly maxLength?: number;
  readonly values?: readonly string[];
  readonly pattern?: string;
}

interface NumberField extends Described {
  readonly type: 'integer' | 'number';
  readonly values?: readonly number[];
  /** Largest value; the smallest is 0. */
  readonly maximum?: number;
}

interface BooleanField extends Described {
  readonly type: 'boolean';
}

interface ObjectField extends Described {
  readonly type: 'object';
  readonly fields: RecordFields;
  /** Completes "null …". Undefined: it is never null. */
  readonly orNull?: string;
}

interface ListField extends Described {
  readonly type: 'list';
  /** Undefined: texts. */
  readonly fields?: RecordFields;
}

/** Object with names and values that policies choose. */
interface MapField extends Described {
  readonly type: 'map';
  readonly bound: string;
}

export type RecordField = TextField | NumberField | BooleanField | ObjectField | ListField | MapField;

/** Fields of an object, by name, in the order in which they are written. */
export type RecordFields = Readonly<Record<string, RecordField>>;

const SINCE = '0.1.0';
const CALLER_TEXT = { type: 'text', since: SINCE, maxLength: MAX_TEXT } as const;
const OWN_TEXT = { type: 'text', since: SINCE } as const;
const DECISION = { ...OWN_TEXT, values: ['allow', 'deny'] } as const;

/**
 * The fields of a decision record, in the order in which they are written. The type of a record, its JSON Schema and its
 * reference page follow from this table.
 */
export const RECORD_FIELDS = {
  v: { type: 'integer', values: [RECORD_VERSION], since: SINCE, doc: 'version of the format' },
  time: {
    ...OWN_TEXT,
    pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{6}Z$',
    doc: 'time at which the decision began: RFC 3339, UTC, microseconds',
  },
  decision_id: { ...OWN_TEXT, doc: 'UUID of the decision, which the answer has too' },
  decision: { ...DECISION, doc: 'the answer' },
  reason: { ...OWN_TEXT, doc: '`allowed`, or the [reason](reasons.md) of the denial' },
  status: { type: 'integer', since: SINCE, doc: 'HTTP status of the answer; 200 for an allow' },
  mode: { ...OWN_TEXT, values: ['enforce'], doc: 'the decision was answered; verdicts in `shadow` were not' },
  policy: { ...OWN_TEXT, doc: 'the policy that decided; empty if none did' },
  rule: { ...OWN_TEXT, doc: 'the rule or limit that decided; empty if none did' },
  revision: {
    type: 'object',
    since: SINCE,
    doc: 'version of the policies that decided',
    orNull: 'before the first policy set is live',
    fields: {
      commit: { ...OWN_TEXT, doc: 'commit of the policies; empty outside of a git repository' },
      digest: { ...OWN_TEXT, doc: 'digest of every file of the policies' },
      dirty: { type: 'boolean', since: SINCE, doc: 'true if the work tree differed from the commit' },
      source: {
        ...OWN_TEXT,
        values: ['git-sync', 'git', 'file', 'flag', 'digest'],
        doc: 'origin of the commit; `digest` if there is none',
      },
    },
  },
  environment: {
    ...OWN_TEXT,
    absent: 'if the folder has no Environment document',
    doc: 'the Environment document that applied',
  },
  request: {
    type: 'object',
    since: SINCE,
    doc: 'the request; its texts are empty if the check could not be read',
    fields: {
      id: { ...CALLER_TEXT, doc: '`x-request-id` of Envoy' },
      method: { ...CALLER_TEXT, doc: 'the method' },
      host: { ...CALLER_TEXT, doc: 'the host as sent' },
      path: { ...CALLER_TEXT, doc: 'the canonical path, or the path as sent; never the query string' },
    },
  },
  source: {
    type: 'object',
    since: SINCE,
    doc: 'the peer of the connection',
    fields: {
      principal: {
        ...CALLER_TEXT,
        doc: 'principal of its certificate, as Envoy reports it; empty without mTLS',
      },
      address: { ...CALLER_TEXT, doc: 'its IP address, without the port' },
    },
  },
  caller: {
    type: 'object',
    since: SINCE,
    absent: 'if no policy required a peer, or none was accepted',
    doc: 'the peer that a policy accepted',
    fields: {
      principal: { ...CALLER_TEXT, doc: 'its principal' },
      via: {
        ...OWN_TEXT,
        values: ['connection', 'xfcc'],
        doc: '`connection`, or `xfcc` if a trusted proxy reported it',
      },
    },
  },
  destination: {
    type: 'object',
    since: SINCE,
    doc: 'the service',
    fields: { principal: { ...CALLER_TEXT, doc: 'principal of its certificate; empty without mTLS' } },
  },
  jwt: {
    type: 'object',
    since: SINCE,
    absent: 'if no token was verified',
    doc: 'the verified token',
    fields: {
      issuer: { ...CALLER_TEXT, doc: 'its `iss`' },
      subject: { ...CALLER_TEXT, doc: 'its `sub`; empty if it has none' },
    },
  },
  trace_id: {
    ...OWN_TEXT,
    doc: "trace of Lictor's span, or that of the caller if Lictor exports no spans; empty without one",
  },
  span_id: { ...OWN_TEXT, doc: 'span, as for `trace_id`' },
  duration_us: { type: 'integer', since: SINCE, doc: 'duration of the decision in microseconds' },
  controls: {
    type: 'list',
    since: SINCE,
    absent: 'if the policy that decided has none',
    doc: 'compliance controls of the policy that decided',
  },
  limits: {
    type: 'list',
    since: SINCE,
    absent: 'if no limit counted the request',
    doc: 'limits that counted the request',
    fields: {
      policy: { ...OWN_TEXT, doc: 'policy of the limit' },
      name: { ...OWN_TEXT, doc: 'name of the limit' },
      remaining: { type: 'number', since: SINCE, doc: 'requests that it allows after this one' },
      without_store: {
        ...OWN_TEXT,
        values: ['share', 'unavailable'],
        absent: 'if the store of the limit answered',
        doc: 'the shared store did not answer: the share of this process decided, or the request was denied',
      },
    },
  },
  shadow: {
    type: 'list',
    since: SINCE,
    absent: 'if no shadow policy or shadow rule applied',
    doc: 'verdicts of shadow policies and shadow rules',
    fields: {
      of: {
        ...OWN_TEXT,
        values: ['rule'],
        absent: 'for a shadow policy',
        doc: 'the verdict is that of a shadow rule',
      },
      policy: { ...OWN_TEXT, doc: 'the shadow policy, or the policy of the shadow rule' },
      rule: { ...OWN_TEXT, doc: 'the shadow rule, or the rule of the shadow policy that would decide' },
      decision: { ...DECISION, doc: 'the answer that it would have led to' },
      reason: { ...OWN_TEXT, doc: 'the reason of that answer' },
    },
  },
  candidate: {
    type: 'object',
    since: SINCE,
    absent:
      'if the [candidate](candidate.md) decides with the same reason and policy, or did not judge the request',
    doc: 'the decision of the candidate, which differs',
    fields: {
      commit: { ...OWN_TEXT, doc: 'commit of the candidate; empty outside of a git repository' },
      decision: { ...DECISION, doc: 'the answer that it would have led to' },
      reason: { ...OWN_TEXT, doc: 'the reason of that answer' },
      policy: { ...OWN_TEXT, doc: 'the policy of the candidate that would decide; empty if none would' },
      rule: { ...OWN_TEXT, doc: 'its rule or limit that would decide; empty if none would' },
    },
  },
  sample: {
    type: 'number',
    since: SINCE,
    maximum: 1,
    absent: 'if all such decisions are recorded',
    doc: 'share of such decisions that are recorded: each record counts for 1 / `sample` decisions',
  },
  include: {
    type: 'map',
    since: SINCE,
    bound: '1,024 characters for each text',
    absent: 'if no policy includes a place that the request has',
    doc: 'places of the request that `record.include` of its policies names, by their texts; a secret is `***`',
  },
  inputs: {
    type: 'object',
    since: SINCE,
    absent: 'if neither a policy nor the operator asks for inputs',
    doc: '[attributes](#inputs) that the policies of the request could read',
    fields: {
      values: {
        type: 'map',
        since: SINCE,
        bound: '16,384 characters together',
        doc: 'values by the names of expressions; of a map the keys that were read',
      },
      absent: {
        type: 'map',
        since: SINCE,
        bound: 'keys that policies name',
        absent: 'if the request has them all',
        doc: 'keys that could be read and that the request does not have, by the name of the map',
      },
      whole: {
        type: 'list',
        since: SINCE,
        absent: 'if there is none',
        doc: 'maps of which each key is in `values` or `withheld`: the request has no other',
      },
      withheld: {
        type: 'map',
        since: SINCE,
        bound: 'keys of the request',
        absent: 'if nothing is withheld',
        doc: 'names that are not recorded since they may be secrets; of a map with its keys',
      },
      truncated: {
        type: 'boolean',
        since: SINCE,
        absent: 'if everything had room',
        doc: 'true if values were left out for want of room',
      },
    },
  },
  seq: {
    type: 'integer',
    since: SINCE,
    absent: 'without `--audit-chain`',
    doc: 'number of the line in the [tree](audit.md) of its log, from 0',
  },
  prev: {
    ...OWN_TEXT,
    pattern: '^sha256:[0-9a-f]{64}$',
    absent: 'without `--audit-chain`',
    doc: '[leaf hash](audit.md#lines) of the line before',
  },
} as const satisfies RecordFields;

/** Object with these fields. */
export type RecordOf<F extends RecordFields> = {
  readonly [N in keyof F as F[N] extends { readonly absent: string } ? never : N]: ValueOf<F[N]>;
} & {
  readonly [N in keyof F as F[N] extends { readonly absent: string } ? N : never]?: ValueOf<F[N]>;
};

type ValueOf<F> = F extends { readonly values: readonly (infer V)[] }
  ? V
  : F extends { readonly type: 'text' }
    ? string
    : F extends { readonly type: 'integer' | 'number' }
      ? number
      : F extends { readonly type: 'boolean' }
        ? boolean
        : F extends { readonly type: 'map' }
          ? JsonObject
          : StructureOf<F>;

type StructureOf<F> = F extends { readonly type: 'list'; readonly fields: infer I extends RecordFields }
  ? readonly RecordOf<I>[]
  : F extends { readonly type: 'list' }
    ? readonly string[]
    : F extends { readonly fields: infer I extends RecordFields; readonly orNull: string }
      ? RecordOf<I> | null
      : F extends { readonly fields: infer I extends RecordFields }
        ? RecordOf<I>
        : never;
