import { writeFileSync } from 'node:fs';
import { DASHBOARDS, dashboardText } from './dashboards.ts';

/* Writes the dashboards: `node deploy/observability/grafana/main.ts`. */
for (const [name, dashboard] of Object.entries(DASHBOARDS)) {
  writeFileSync(new URL(`../dashboards/${name}`, import.meta.url), dashboardText(dashboard));
}
