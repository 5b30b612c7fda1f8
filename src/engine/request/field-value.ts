/** True for a header value according to RFC 9110, section 5.5: it has no control characters except tabs. */
export function isFieldValue(value: string): boolean {
  // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
  return !/[\u0000-\u0008\u000a-\u001f\u007f]/.test(value);
}
