import { type Dashboard, dashboardJson } from './dashboard.ts';
import { FLEET } from './fleet.ts';
import { SIDECAR_DASHBOARD } from './sidecar.ts';

/** The dashboards by the names of their files. */
export const DASHBOARDS: Readonly<Record<string, Dashboard>> = {
  'fleet.json': FLEET,
  'sidecar.json': SIDECAR_DASHBOARD,
};

/** The content of a file of `dashboards`. */
export function dashboardText(dashboard: Dashboard): string {
  return `${JSON.stringify(dashboardJson(dashboard), null, 2)}\n`;
}
