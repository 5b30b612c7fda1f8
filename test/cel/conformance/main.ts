import { conformanceRows, conformanceTable } from './table.ts';

// Regenerates the table of the reference page: `npm run -s conformance`.
const rows = conformanceRows();
process.stdout.write(conformanceTable(rows));
const failed = rows.flatMap((row) => row.failed);
for (const text of failed) process.stderr.write(`${text}\n`);
if (failed.length > 0) process.exitCode = 1;
