/** SGR codes (ECMA-48, section 8.3.117): the code that begins a style, and the code that ends it. */
const STYLES = {
  green: [32, 39],
  red: [31, 39],
  yellow: [33, 39],
  cyan: [36, 39],
  dim: [2, 22],
  bold: [1, 22],
} as const;

type Style = keyof typeof STYLES;

/** Text in a style. */
export type Paint = (style: Style, text: string) => string;

/** Paints with SGR codes if `colour` is true; returns the text unchanged otherwise. */
export function painter(colour: boolean): Paint {
  return (style, text) => {
    if (!colour || text === '') return text;
    const [begin, end] = STYLES[style];
    return `\u001b[${begin}m${text}\u001b[${end}m`;
  };
}
