import type { JsonObject, JsonValue } from '../../engine/request/attributes.ts';
import { isJsonList, isJsonObject } from '../../engine/request/json-value.ts';
import { isEqual, member, nameOf, objectsOf } from './json.ts';

/** Fields that the API server fills in before it calls a webhook again. */
const DEFAULTED: ReadonlySet<string> = new Set([
  'imagePullPolicy',
  'terminationMessagePath',
  'terminationMessagePolicy',
  // Of probes, and of the fields in a variable.
  'scheme',
  'timeoutSeconds',
  'periodSeconds',
  'successThreshold',
  'failureThreshold',
  'apiVersion',
  // Of volumes.
  'defaultMode',
]);
/** Lists to which the API server and other webhooks add items, such as the mount of the service account. */
const EXTENDED: ReadonlySet<string> = new Set(['env', 'volumeMounts']);
/** Names of variables that change what the programs do, and that only the injection sets. */
const OWN_VARIABLE =
  /^(NODE_.*|LD_.*|SSL_.*|OPENSSL_.*|XDG_.*|GCONV_PATH|HOME|PATH|LICTOR_.*|OTEL_.*|GITSYNC_.*|GIT_.*)$/;

/** Folders of tokens, which service accounts and identities of clouds mount. A mount elsewhere may hide the program. */
const SECRETS = /^(\/var)?\/run\/secrets\/./;

/** True if a container or volume is the wanted one, apart from harmless additions of others. */
export function covers(found: JsonObject, wanted: JsonObject): boolean {
  const names = Object.keys(found).filter((name) => !Object.hasOwn(wanted, name));
  return (
    names.every((name) => DEFAULTED.has(name)) &&
    Object.entries(wanted).every(([name, value]) => coversMember(name, found[name], value))
  );
}

function coversMember(name: string, found: JsonValue | undefined, wanted: JsonValue): boolean {
  if (EXTENDED.has(name) && isJsonList(wanted)) return coversList(objectsOf(found), objectsOf(wanted));
  if (isJsonObject(wanted)) return isJsonObject(found) && covers(found, wanted);
  if (isJsonList(wanted) && wanted.every(isJsonObject)) {
    const items = objectsOf(found);
    return items.length === wanted.length && wanted.every((each, index) => covers(items[index] ?? {}, each));
  }
  return isEqual(found, wanted);
}

/** True if all wanted items are there, and beside them harmless ones alone. A second value of a variable is the one in force. */
function coversList(found: readonly JsonObject[], wanted: readonly JsonObject[]): boolean {
  const isThere = (item: JsonObject): boolean => found.some((each) => covers(each, item));
  const isWanted = (item: JsonObject): boolean => wanted.some((each) => covers(item, each));
  return wanted.every(isThere) && found.every((each) => isWanted(each) || isHarmless(each));
}

/** True for a variable or mount of others that does not change the program or its policies. */
function isHarmless(item: JsonObject): boolean {
  const path = member(item, 'mountPath');
  if (path === undefined) return !OWN_VARIABLE.test(nameOf(item));
  return typeof path === 'string' && SECRETS.test(path) && !path.split('/').includes('..');
}
