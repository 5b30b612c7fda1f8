/** Kinds of imported documents, by the word after `lictor import`. */
export const SOURCES = ['istio', 'openapi', 'opa-data'] as const;

export type Source = (typeof SOURCES)[number];
