/**
 * Compares with a text that `make TARGET` generates.
 *
 * @throws Error whose message has the difference and the target.
 */
export function expectGenerated(text: string, kept: string, target: 'reference' | 'golden'): void {
  try {
    expect(kept).toBe(text);
  } catch (error) {
    const difference = error instanceof Error ? error.message : String(error);
    const help = `If the new text is right, \`make ${target}\` writes it; read the change before you commit it.`;
    throw new Error(`${difference}\n\n${help}`, { cause: error });
  }
}

/** Compares with a golden text. For `make golden`, which sets `UPDATE_GOLDEN=1`, it writes the text instead. */
export function expectGolden(text: string, kept: string, write: (text: string) => void): void {
  if (process.env['UPDATE_GOLDEN'] === '1') write(text);
  else expectGenerated(text, kept, 'golden');
}
