/** An integer with the flags before it and a prefix of the bits of `mask` (RFC 7541 section 5.1). */
export function integer(flags: number, mask: number, value: number): Buffer {
  if (value < mask) return Buffer.from([flags | value]);
  const bytes = [flags | mask];
  let rest = value - mask;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return Buffer.from([...bytes, rest]);
}

/** A string without Huffman code. */
export function plain(text: string): Buffer {
  return Buffer.concat([integer(0, 0x7f, text.length), Buffer.from(text, 'latin1')]);
}

/** A literal with incremental indexing and a new name (RFC 7541 section 6.2.1). */
export function kept(name: string, value: string): Buffer {
  return Buffer.concat([Buffer.from([0x40]), plain(name), plain(value)]);
}

/** A literal without indexing and with a new name, whatever its characters (RFC 7541 section 6.2.2). */
export function literal(name: string, value: string): Buffer {
  return Buffer.concat([Buffer.from([0x00]), plain(name), plain(value)]);
}

/** An indexed field (RFC 7541 section 6.1). */
export function indexed(index: number): Buffer {
  return integer(0x80, 0x7f, index);
}

/** A size update (RFC 7541 section 6.3). */
export function sizeUpdate(bytes: number): Buffer {
  return integer(0x20, 0x1f, bytes);
}

/** A block of literals without indexing. */
export function block(fields: readonly (readonly [name: string, value: string])[]): Buffer {
  return Buffer.concat(fields.map(([name, value]) => literal(name, value)));
}
