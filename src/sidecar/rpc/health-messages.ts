import { malformed, prefixAt, skipField, WIRE } from '../../engine/envoy/wire.ts';
import { textAt } from '../../engine/envoy/wire-text.ts';
import { decodeText } from '../../node/decode-text.ts';

/** Tag of a field of bytes with number 1. */
const FIRST_BYTES = (1 << 3) | WIRE.bytes;
/** Tag of a field of a number with number 1. */
const FIRST_NUMBER = (1 << 3) | WIRE.varint;
/** The fields that a HealthCheckRequest has, as bits. */
const KNOWN = 1 << 1;

/** `service` of a grpc.health.v1.HealthCheckRequest. Throws if the bytes are not one. */
export function serviceOf(bytes: Uint8Array): string {
  let service = '';
  let at = 0;
  while (at < bytes.length) {
    if (bytes[at] === FIRST_BYTES) {
      const prefix = prefixAt(bytes, at + 1);
      const end = at + 1 + (prefix & 7) + (prefix >>> 3);
      if (end > bytes.length) malformed();
      service = textAt(bytes, at + 1, decodeText);
      at = end;
    } else at = skipField(bytes, at, bytes.length, 0, KNOWN);
  }
  return service;
}

/** A grpc.health.v1.HealthCheckResponse; `status` is below 128. */
export function healthResponse(status: number): Uint8Array {
  return Uint8Array.of(FIRST_NUMBER, status);
}
