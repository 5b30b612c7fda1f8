import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Child, startChild } from '../support/child.ts';
import { freePort } from '../support/ports.ts';
import { waitFor } from '../support/wait.ts';
import { toolPath } from './run-tool.ts';

/** A real OpenTelemetry collector on loopback. */
export interface Collector {
  /** Port for OTLP over gRPC. */
  readonly port: number;
  readonly child: Child;
}

/** Starts a collector that passes all signals on to `endpoint`, by OTLP over HTTP in JSON. */
export async function startCollector(folder: string, endpoint: string): Promise<Collector> {
  const port = await freePort();
  const config = join(folder, 'collector.yaml');
  await writeFile(config, JSON.stringify(configuration(port, endpoint)));
  const child = await startChild({
    name: 'otelcol',
    command: toolPath('otelcol'),
    args: ['--config', `file:${config}`],
    log: join(folder, 'collector.log'),
  });
  await waitFor(async () => ((await isOpen(port)) ? true : undefined), {
    what: 'the collector',
    timeout: 30_000,
    child,
  });
  return { port, child };
}

function configuration(port: number, endpoint: string): object {
  const pipeline = { receivers: ['otlp'], exporters: ['otlp_http'] };
  return {
    receivers: { otlp: { protocols: { grpc: { endpoint: `127.0.0.1:${port}` } } } },
    exporters: { otlp_http: { endpoint, encoding: 'json', compression: 'none' } },
    service: {
      telemetry: { metrics: { level: 'none' } },
      pipelines: { traces: pipeline, metrics: pipeline, logs: pipeline },
    },
  };
}

async function isOpen(port: number): Promise<boolean> {
  const { connect } = await import('node:net');
  return await new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
