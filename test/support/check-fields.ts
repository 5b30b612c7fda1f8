/** Fields of a check over HTTP/2, as Envoy sends them. */
export const CHECK_FIELDS: readonly (readonly [name: string, value: string])[] = [
  [':method', 'POST'],
  [':scheme', 'http'],
  [':path', '/envoy.service.auth.v3.Authorization/Check'],
  [':authority', 'lictor'],
  ['te', 'trailers'],
  ['content-type', 'application/grpc'],
];
