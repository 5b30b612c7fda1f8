/** The way in which a request carries protobuf messages. */
export interface MessageForm {
  /** `frames`: each message has a prefix of five bytes; `whole`: the body is one message. */
  readonly framing: 'frames' | 'whole';
  readonly codec: 'proto' | 'json';
}

const FRAMED_PROTO: MessageForm = { framing: 'frames', codec: 'proto' };
const FRAMED_JSON: MessageForm = { framing: 'frames', codec: 'json' };

/** Media types of gRPC, of gRPC-Web, and of the Connect protocol. */
const FORMS: ReadonlyMap<string, MessageForm> = new Map<string, MessageForm>([
  ['application/grpc', FRAMED_PROTO],
  ['application/grpc+proto', FRAMED_PROTO],
  ['application/grpc+json', FRAMED_JSON],
  ['application/grpc-web', FRAMED_PROTO],
  ['application/grpc-web+proto', FRAMED_PROTO],
  ['application/grpc-web+json', FRAMED_JSON],
  ['application/connect+proto', FRAMED_PROTO],
  ['application/connect+json', FRAMED_JSON],
  ['application/proto', { framing: 'whole', codec: 'proto' }],
  ['application/json', { framing: 'whole', codec: 'json' }],
]);

/** gRPC-Web in base64, of which each chunk may have a padding of its own. */
const WEB_TEXT = /^application\/grpc-web-text(?:\+|$)/;
const UTF8 = /^\s*charset\s*=\s*"?utf-?8"?\s*$/;

/** The form that a `content-type` declares, or what a caller has to send instead. */
export function messageForm(contentType: string): MessageForm | string {
  const [type = '', ...parameters] = contentType.toLowerCase().split(';');
  const name = type.trim();
  const form = FORMS.get(name);
  // A second type after a comma is how a repeated header appears.
  if (form !== undefined && !contentType.includes(',') && parameters.every(isHarmless)) return form;
  if (WEB_TEXT.test(name)) return 'gRPC-Web in base64 is not read; send `application/grpc-web+proto`';
  return 'the body must be `application/grpc`, `application/grpc-web`, or of the Connect protocol';
}

/** Other charsets would change what the text of JSON means. */
function isHarmless(parameter: string): boolean {
  return !parameter.includes('charset') || UTF8.test(parameter);
}
