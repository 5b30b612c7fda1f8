import { nearest } from '../../diagnostic/suggest.ts';
import type { JsonObject, JsonValue } from '../../engine/request/attributes.ts';
import { isJsonObject } from '../../engine/request/json-value.ts';
import type { FlagSource } from '../../flag/read-flags.ts';
import { member } from './json.ts';
import { INJECT, INJECTED, PREFIX } from './names.ts';
import { OPTION_NAMES, optionSource } from './read-options.ts';

/** Request of a pod about the injection, from its annotations and labels. */
export interface PodRequest {
  /** False if the pod refuses the sidecar, or cannot have it. */
  readonly isWanted: boolean;
  /** True if an earlier injection has added the sidecar. */
  readonly isInjected: boolean;
  readonly options: FlagSource;
  readonly problems: readonly string[];
}

/** Annotations with the prefix that are not options. */
const MARKS: ReadonlySet<string> = new Set([INJECT, INJECTED]);

/** Most annotations that are named as wrong: the author of a pod may have written any number. */
const MOST_PROBLEMS = 20;

/** Annotation of the copy of a static pod, which kubelet runs from a file whatever the copy is. */
const MIRROR = 'kubernetes.io/config.mirror';

/** Reads the metadata of a pod or of its template. */
export function readAnnotations(metadata: JsonValue | undefined): PodRequest {
  const annotations = member(metadata, 'annotations');
  const ours = isJsonObject(annotations)
    ? Object.entries(annotations).filter(([name]) => name.startsWith(PREFIX))
    : [];
  const problems = ours
    .values()
    .flatMap(([name, value]) => problemOf(name, value))
    .take(MOST_PROBLEMS)
    .toArray();
  const label = member(member(metadata, 'labels'), INJECT);
  const mark = isJsonObject(annotations) ? member(annotations, INJECT) : undefined;
  return {
    isWanted: mark !== 'false' && label !== 'false' && member(annotations, MIRROR) === undefined,
    isInjected: isJsonObject(annotations) && member(annotations, INJECTED) === 'true',
    options: optionSource(optionTexts(ours), (name) => `annotation \`${PREFIX}${name}\``),
    problems: [...problems, ...switchProblem('annotation', mark), ...switchProblem('label', label)],
  };
}

function optionTexts(ours: readonly (readonly [string, JsonValue])[]): ReadonlyMap<string, string> {
  return new Map(
    ours.flatMap(([name, value]) =>
      typeof value === 'string' && !MARKS.has(name) ? [[name.slice(PREFIX.length), value] as const] : [],
    ),
  );
}

function problemOf(name: string, value: JsonValue): readonly string[] {
  const option = name.slice(PREFIX.length);
  if (!MARKS.has(name) && !OPTION_NAMES.includes(option))
    return [`annotation \`${name}\` ${unknownOption(option, PREFIX)}`];
  if (typeof value === 'string') return [];
  return [`annotation \`${name}\`: the value is not text; put it in quotes`];
}

function switchProblem(place: string, value: JsonValue | undefined): readonly string[] {
  if (value === undefined || value === 'true' || value === 'false') return [];
  // Of an annotation that is not text, `problemOf` says so.
  if (typeof value !== 'string')
    return place === 'label' ? [`label \`${INJECT}\`: the value is not text; put it in quotes`] : [];
  return [`${place} \`${INJECT}\`: \`${value}\` is neither \`true\` nor \`false\``];
}

/** The problem with a name that is not that of an option, as the second half of a sentence. */
export function unknownOption(name: string, prefix = ''): string {
  const near = nearest(name, OPTION_NAMES);
  const remedy =
    near === undefined ? 'docs/kubernetes.md lists all options' : `did you mean \`${prefix}${near}\`?`;
  return `is not an option; ${remedy}`;
}

/** Metadata with an annotation in addition, or the same metadata if it has it. */
export function withAnnotations(metadata: JsonValue | undefined, added: JsonObject): JsonObject {
  const base = isJsonObject(metadata) ? metadata : {};
  const annotations = member(base, 'annotations');
  return { ...base, annotations: { ...(isJsonObject(annotations) && annotations), ...added } };
}
