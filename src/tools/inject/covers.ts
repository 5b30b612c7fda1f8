import type { JsonObject, JsonValue } from '../../engine/request/attributes.ts';
import { isEqual, isList, isObject, nameOf, objectsOf } from './json.ts';

/** Lists to which the API server and other webhooks add items of their own. */
const EXTENDED: ReadonlySet<string> = new Set(['env', 'volumeMounts']);
/** Names of variables that no other webhook sets for the sidecar. */
const OWN_VARIABLE = /^(NODE_OPTIONS|HOME|LICTOR_.*|OTEL_.*|GITSYNC_.*)$/;

/**
 * True if a container or volume is the wanted one, apart from fields and items that others have added: the API server
 * fills in defaults before it calls a webhook again, and adds the mount of the service account.
 */
export function covers(found: JsonObject, wanted: JsonObject): boolean {
  return Object.entries(wanted).every(([name, value]) => coversMember(name, found[name], value));
}

function coversMember(name: string, found: JsonValue | undefined, wanted: JsonValue): boolean {
  if (EXTENDED.has(name) && isList(wanted)) return coversList(objectsOf(found), objectsOf(wanted));
  if (isObject(wanted)) return isObject(found) && covers(found, wanted);
  if (isList(wanted) && wanted.every(isObject)) {
    const items = objectsOf(found);
    return items.length === wanted.length && wanted.every((each, index) => covers(items[index] ?? {}, each));
  }
  return isEqual(found, wanted);
}

/** True if all wanted items are there, and no item of ours beside them. */
function coversList(found: readonly JsonObject[], wanted: readonly JsonObject[]): boolean {
  const isThere = (item: JsonObject): boolean => found.some((each) => covers(each, item));
  const isOurs = (item: JsonObject): boolean =>
    OWN_VARIABLE.test(nameOf(item)) || nameOf(item).startsWith('lictor-');
  return (
    wanted.every(isThere) &&
    found.every((each) => !isOurs(each) || wanted.some((item) => nameOf(item) === nameOf(each)))
  );
}
