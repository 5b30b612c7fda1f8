#!/usr/bin/env node
import { run } from './cli/run.ts';

const code = await run(process.argv.slice(2));
// Once all is printed: an exporter of telemetry that retries must not keep a process that has ended.
process.stdout.write('', () => process.exit(code));
