/** Places of parameters. */
export const PLACES = ['path', 'query', 'header', 'cookie'] as const;
export type ParameterPlace = (typeof PLACES)[number];

/** Styles of parameters, with the places that may have them (OpenAPI 3.0.4 and 3.1.1, section 4.7.12.3). */
export const STYLES = {
  matrix: ['path'],
  label: ['path'],
  simple: ['path', 'header'],
  form: ['query', 'cookie'],
  spaceDelimited: ['query'],
  pipeDelimited: ['query'],
  deepObject: ['query'],
} as const satisfies Record<string, readonly ParameterPlace[]>;
export type Style = keyof typeof STYLES;

export const DEFAULT_STYLES = {
  path: 'simple',
  query: 'form',
  header: 'simple',
  cookie: 'form',
} as const satisfies Record<ParameterPlace, Style>;

export function isStyle(text: unknown): text is Style {
  return typeof text === 'string' && Object.hasOwn(STYLES, text);
}

/** True if a parameter of this place may have the style. */
export function fitsPlace(style: Style, place: ParameterPlace): boolean {
  const places: readonly ParameterPlace[] = STYLES[style];
  return places.includes(place);
}
