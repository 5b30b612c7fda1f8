/** A query of Prometheus; `legend` is the name of its series, with labels as `{{label}}`. */
interface Query {
  readonly expr: string;
  readonly legend: string;
}

export interface Panel {
  readonly kind: 'stat' | 'table' | 'timeseries';
  readonly title: string;
  /** One sentence for the person who looks at it. */
  readonly doc: string;
  /** Unit of Grafana, such as `s`, `reqps`, `percentunit`. */
  readonly unit: string;
  readonly queries: readonly Query[];
}

/** Panels beside each other, under a title. */
interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly doc: string;
  /** Variables after the data source, in the order in which a person chooses: name and the label that it lists. */
  readonly variables: readonly { readonly name: string; readonly query: string; readonly many: boolean }[];
  readonly rows: readonly Row[];
}

const SOURCE = { type: 'prometheus', uid: '$datasource' } as const;
/** Columns of a dashboard, and heights of a title and of panels, in units of Grafana. */
const COLUMNS = 24;
const TITLE_HEIGHT = 1;
const PANEL_HEIGHT = 8;

/** The JSON model of a dashboard (Grafana, schema version 39). Its identifiers follow from the order of the panels. */
export function dashboardJson({ uid, title, doc, variables, rows }: Dashboard): object {
  return {
    uid,
    title,
    description: doc,
    tags: ['lictor'],
    schemaVersion: 39,
    editable: true,
    graphTooltip: 1,
    time: { from: 'now-6h', to: 'now' },
    refresh: '1m',
    annotations: { list: [] },
    templating: { list: [dataSource(), ...variables.map(variableJson)] },
    panels: panelsJson(rows),
  };
}

function dataSource(): object {
  return { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus' };
}

function variableJson({ name, query, many }: Dashboard['variables'][number]): object {
  return {
    name,
    type: 'query',
    datasource: SOURCE,
    query: { query, refId: name },
    definition: query,
    refresh: 2,
    sort: 1,
    multi: many,
    includeAll: many,
    ...(many && { current: { text: ['All'], value: ['$__all'] } }),
  };
}

function panelsJson(rows: readonly Row[]): readonly object[] {
  const panels: object[] = [];
  let y = 0;
  for (const { title, panels: inRow } of rows) {
    panels.push(titleJson(title, panels.length + 1, y));
    y += TITLE_HEIGHT;
    const w = Math.floor(COLUMNS / inRow.length);
    for (const [at, panel] of inRow.entries()) {
      panels.push(panelJson(panel, panels.length + 1, { h: PANEL_HEIGHT, w, x: at * w, y }));
    }
    y += PANEL_HEIGHT;
  }
  return panels;
}

/** The panels after it belong to it, since it is not collapsed. */
function titleJson(title: string, id: number, y: number): object {
  const gridPos = { h: TITLE_HEIGHT, w: COLUMNS, x: 0, y };
  return { id, type: 'row', title, collapsed: false, gridPos, panels: [] };
}

interface Position {
  readonly h: number;
  readonly w: number;
  readonly x: number;
  readonly y: number;
}

function panelJson({ kind, title, doc, unit, queries }: Panel, id: number, gridPos: Position): object {
  return {
    id,
    type: kind,
    title,
    description: doc,
    datasource: SOURCE,
    gridPos,
    fieldConfig: { defaults: { unit }, overrides: [] },
    targets: queries.map((query, at) => targetJson(kind, query, at)),
    ...(kind === 'table' && { transformations: [{ id: 'labelsToFields', options: { mode: 'columns' } }] }),
  };
}

/** A table and a number show the present; a graph has exemplars. */
function targetJson(kind: Panel['kind'], { expr, legend }: Query, at: number): object {
  const isGraph = kind === 'timeseries';
  return {
    refId: String.fromCharCode(65 + at),
    datasource: SOURCE,
    expr,
    legendFormat: legend,
    instant: !isGraph,
    range: isGraph,
    exemplar: isGraph,
    ...(kind === 'table' && { format: 'table' }),
  };
}
