import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DASHBOARDS } from '../../deploy/observability/grafana/dashboards.ts';
import { ROOT } from '../support/tools.ts';
import { problemOf } from './run-tool.ts';

const pathOf = (file: string): string => fileURLToPath(new URL(`deploy/observability/${file}`, ROOT));

/** The tests of the rules for Prometheus. */
export async function testRules(): Promise<string | undefined> {
  const files = ['recording.yaml', 'alerts.yaml'].map((file) => pathOf(`prometheus/${file}`));
  const invalid = await problemOf('promtool', ['check', 'rules', ...files]);
  return invalid ?? (await problemOf('promtool', ['test', 'rules', pathOf('prometheus/tests.yaml')]));
}

/** Each query of the dashboards as an expression of a rule, with values for the variables of Grafana. */
export async function checkQueries(folder: string): Promise<string | undefined> {
  const queries = Object.values(DASHBOARDS).flatMap(({ rows }) =>
    rows.flatMap(({ panels }) => panels.flatMap((panel) => panel.queries)),
  );
  const rules = queries.map(({ expr }, at) => ({
    record: `query:${at}`,
    expr: expr.replaceAll('$__rate_interval', '5m').replaceAll(/\$(job|instance)/g, 'any'),
  }));
  const file = join(folder, 'queries.json');
  await writeFile(file, JSON.stringify({ groups: [{ name: 'queries', rules }] }));
  return await problemOf('promtool', ['check', 'rules', '--lint=none', file]);
}

/** The dashboards, by the schemas of Grafana. */
export function checkDashboards(): Promise<string | undefined> {
  return problemOf(
    'dashboards',
    Object.keys(DASHBOARDS).map((name) => pathOf(`dashboards/${name}`)),
  );
}
