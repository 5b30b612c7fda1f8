/**
 * A CheckRequest with every field that Envoy can send, named as in the official messages. `certificate` is PEM,
 * percent-encoded as by Envoy.
 */
export const FULL_CHECK = {
  attributes: {
    source: {
      address: { socketAddress: { protocol: 0, address: '10.0.0.7', portValue: 43210 } },
      service: 'checkout',
      labels: { version: 'v2' },
      principal: 'spiffe://acme.example/ns/shop/sa/checkout',
      certificate: '-----BEGIN%20CERTIFICATE-----%0AMIIB%2BzCC%3D%0A-----END%20CERTIFICATE-----%0A',
    },
    destination: {
      address: { socketAddress: { protocol: 0, address: '10.0.0.8', portValue: 8443 } },
      principal: 'spiffe://acme.example/ns/shop/sa/orders',
    },
    request: {
      time: { seconds: 1_764_000_000, nanos: 123_456_789 },
      http: {
        id: '5c1f8e7e-2a7b-4a3a-9c33-0d1f3b9c0001',
        method: 'POST',
        headers: {
          ':authority': 'orders.acme.svc:8443',
          ':method': 'POST',
          ':path': '/api/orders?dry=1',
          ':scheme': 'https',
          'content-type': 'application/json',
          cookie: 'a=1; b=2',
          traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
          'x-envoy-auth-partial-body': 'false',
        },
        path: '/api/orders?dry=1',
        host: 'orders.acme.svc:8443',
        scheme: 'https',
        size: 14,
        protocol: 'HTTP/2',
        rawBody: Buffer.from('{"amount": 12}'),
      },
    },
    contextExtensions: { route: 'orders' },
    metadataContext: {
      filterMetadata: {
        'envoy.filters.http.jwt_authn': {
          fields: {
            sub: { stringValue: 'alice' },
            level: { numberValue: 3 },
            admin: { boolValue: false },
            nothing: { nullValue: 0 },
            groups: { listValue: { values: [{ stringValue: 'a' }, { stringValue: 'b' }] } },
            nested: { structValue: { fields: { constructor: { stringValue: 'plain' } } } },
          },
        },
      },
    },
    routeMetadataContext: { filterMetadata: { lictor: { fields: { tier: { stringValue: 'gold' } } } } },
    tlsSession: { sni: 'orders.acme.svc' },
  },
} as const;

/** The same request with `header_map` in place of `headers`, and the body as text. */
export const RAW_HEADERS_CHECK = {
  attributes: {
    source: { address: { pipe: { path: '/run/proxy.sock', mode: 0 } } },
    request: {
      http: {
        headerMap: {
          headers: [
            { key: ':method', value: 'GET' },
            { key: ':path', rawValue: Buffer.from('/raw') },
            { key: ':authority', rawValue: Buffer.from('raw.acme.svc') },
            { key: ':scheme', rawValue: Buffer.from('http') },
            { key: 'X-Tag', rawValue: Buffer.from('one') },
            { key: 'x-tag', rawValue: Buffer.from('two') },
            { key: 'cookie', rawValue: Buffer.from('a=1') },
            { key: 'cookie', rawValue: Buffer.from('b=2') },
            { key: 'x-bytes', rawValue: Buffer.from([0x61, 0xff, 0x62]) },
          ],
        },
        body: 'grüße',
        size: -1,
      },
    },
  },
} as const;
