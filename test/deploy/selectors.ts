interface Selector {
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: 'In' | 'NotIn';
    readonly values: readonly string[];
  }[];
}

/** Selectors of a namespace and of a pod, both of which have to match: of a binding of a policy, or of a webhook. */
export interface Selectors {
  readonly namespaceSelector?: Selector;
  readonly objectSelector?: Selector;
}

export interface Labelled {
  readonly metadata: { readonly labels?: Readonly<Record<string, string>> };
}

/** True if the selectors match, as the API server reads the expressions that the chart uses. */
export function selects(selectors: Selectors, pod: Labelled, namespace: Labelled): boolean {
  return matches(selectors.namespaceSelector, namespace) && matches(selectors.objectSelector, pod);
}

/** `NotIn` is true for an object without the label. */
function matches(selector: Selector | undefined, { metadata }: Labelled): boolean {
  return (selector?.matchExpressions ?? []).every(({ key, operator, values }) => {
    const value = metadata.labels?.[key];
    const isIn = value !== undefined && values.includes(value);
    return operator === 'In' ? isIn : !isIn;
  });
}
