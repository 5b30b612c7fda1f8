import type { Attributes, Peer } from '../../src/engine/request/attributes.ts';

/** All that can be read of the attributes, as plain objects; for a member that fails when it is read, its error. */
export function plainAttributes({
  request,
  source,
  destination,
  connection,
  context,
  metadata,
  routeMetadata,
}: Attributes) {
  const { repeated, unusual, ...form } = request.headerForm;
  return {
    request: {
      id: request.id,
      method: request.method,
      path: request.path,
      host: request.host,
      scheme: request.scheme,
      protocol: request.protocol,
      time: request.time,
      size: request.size,
      headers: new Map(request.headers),
      headerForm: { ...form, repeated: new Map(repeated), unusual },
      body: { bytes: Buffer.from(request.body.bytes), defect: request.body.defect },
    },
    source: plainPeer(source),
    destination: plainPeer(destination),
    connection: { ...connection },
    context: new Map(context),
    metadata: new Map(Array.from(metadata, ([name, value]) => [name, plainValue(value)])),
    routeMetadata: new Map(Array.from(routeMetadata, ([name, value]) => [name, plainValue(value)])),
  };
}

function plainPeer({ address, port, principal, service, labels, certificate }: Peer) {
  return { address, port, principal, service, labels: new Map(labels), certificate };
}

function plainValue(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.getOwnPropertyNames(value)
    .filter((name) => !(Array.isArray(value) && name === 'length'))
    .map((name): [string, unknown] => [name, memberOf(value, name)]);
  return Array.isArray(value) ? members.map(([, member]) => member) : Object.fromEntries(members);
}

function memberOf(value: object, name: string): unknown {
  try {
    return plainValue((value as Readonly<Record<string, unknown>>)[name]);
  } catch (error) {
    return String(error);
  }
}
