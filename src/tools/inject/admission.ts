import { printable } from '../../diagnostic/printable.ts';
import type { JsonObject, JsonValue } from '../../engine/request/attributes.ts';
import { isJsonObject } from '../../engine/request/json-value.ts';
import type { FlagSource } from '../../flag/read-flags.ts';
import { difference } from './difference.ts';
import { injectPod } from './inject-pod.ts';
import { member, textOf } from './json.ts';
import { jsonPatch } from './json-patch.ts';
import { shownName } from './workloads.ts';

/** Result of a review. `other`: the object is not a pod that is created. */
export type ReviewResult = 'injected' | 'unchanged' | 'skipped' | 'refused' | 'other';

export type Review =
  | {
      readonly result: ReviewResult;
      /** The AdmissionReview with the response. */
      readonly answer: JsonObject;
      readonly pod: ReviewedPod;
      /** Sentences: problems of a refused pod, warnings of an injected one. */
      readonly notes: readonly string[];
      readonly problem?: undefined;
    }
  /** The text is not an AdmissionReview: the first half of a sentence is the name of the caller. */
  | { readonly problem: string };

/** The object of a review, for logs. */
interface ReviewedPod {
  readonly namespace: string;
  readonly name: string;
  readonly dryRun: boolean;
}

const VERSION = 'admission.k8s.io/v1';

/** Longest message of a refusal, which the events of controllers carry, and longest note of a log line. */
const LONGEST_MESSAGE = 2000;

/**
 * Answers an AdmissionReview of `admission.k8s.io/v1`: a pod that is created gets the sidecar by a JSON Patch, or is
 * refused with a message for its author. Every other object is allowed as it is. There is nothing to undo, so a dry run
 * is answered like any other.
 */
export function reviewAdmission(review: JsonValue, defaults: FlagSource): Review {
  const request = member(review, 'request');
  const uid = textOf(request, 'uid');
  if (member(review, 'kind') !== 'AdmissionReview') return { problem: 'the body is not an AdmissionReview' };
  if (member(review, 'apiVersion') !== VERSION)
    return { problem: `the \`apiVersion\` of the AdmissionReview is not \`${VERSION}\`` };
  if (uid === '') return { problem: 'the AdmissionReview has no `request.uid`' };
  const pod = podOf(request);
  if (!isJsonObject(pod)) return answered('other', request, { uid, allowed: true });
  const done = injectPod(pod, defaults);
  switch (done.kind) {
    case 'skipped':
      return answered('skipped', request, { uid, allowed: true });
    case 'refused':
      return answered(
        'refused',
        request,
        { uid, allowed: false, status: refusal(done.problems) },
        done.problems,
      );
    case 'injected':
      return injected(request, uid, pod, done);
  }
}

function injected(
  request: JsonValue | undefined,
  uid: string,
  before: JsonObject,
  { pod, warnings }: { readonly pod: JsonObject; readonly warnings: readonly string[] },
): Review {
  const patch = jsonPatch(difference(before, pod));
  const notes = warnings.length === 0 ? {} : { warnings: warnings.map(printable) };
  if (patch.length === 0) return answered('unchanged', request, { uid, allowed: true, ...notes }, warnings);
  const text = Buffer.from(JSON.stringify(patch)).toString('base64');
  const response = { uid, allowed: true, patchType: 'JSONPatch', patch: text, ...notes };
  return answered('injected', request, response, warnings);
}

/** The pod that is created; undefined for every other object, operation and part of a pod. */
function podOf(request: JsonValue | undefined): JsonValue | undefined {
  const kind = member(request, 'kind');
  const isPod = member(kind, 'group') === '' && member(kind, 'kind') === 'Pod';
  const isWhole = (member(request, 'subResource') ?? '') === '';
  const isCreated = member(request, 'operation') === 'CREATE';
  return isPod && isWhole && isCreated ? member(request, 'object') : undefined;
}

/** `Status` of Kubernetes, which clients and events show. */
function refusal(problems: readonly string[]): JsonObject {
  const text = printable(`lictor: ${problems.join('; ')}`);
  const message = text.length > LONGEST_MESSAGE ? `${text.slice(0, LONGEST_MESSAGE)}…` : text;
  return { message, reason: 'Invalid', code: 422 };
}

function answered(
  result: ReviewResult,
  request: JsonValue | undefined,
  response: JsonObject,
  notes: readonly string[] = [],
): Review {
  return {
    result,
    answer: { apiVersion: VERSION, kind: 'AdmissionReview', response },
    pod: {
      namespace: textOf(request, 'namespace'),
      name: shownName(member(request, 'object')),
      dryRun: member(request, 'dryRun') === true,
    },
    notes: notes.map((note) => note.slice(0, LONGEST_MESSAGE)),
  };
}
