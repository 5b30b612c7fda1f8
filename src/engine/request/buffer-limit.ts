/** Bytes of a body that the proxy buffers if nothing else is known: the value in the documentation of the filter. */
export const DEFAULT_MAX_REQUEST_BYTES = 65_536;
