import type { Span } from '../../diagnostic/diagnostic.ts';
import type { Lines } from '../../diagnostic/lines.ts';
import { type Coverage, type Gap, percentOf, shownPercent, shownShare, sum } from './coverage.ts';

/** One page that needs nothing else: the table of policies, then the sources with what is missing marked in them. */
export function coverageHtml(coverage: Coverage, path: (file: string) => string): string {
  const { policies, gaps, sources, percent } = coverage;
  const rows = policies.map(({ name, source, reached, rules, outcomes }) => {
    const own = percentOf(sum([rules, outcomes]));
    const state = own === 100 && reached ? 'whole' : 'open';
    const link = `<a href="#${anchor(source.file, source.line)}">${escaped(name)}</a>`;
    const told = reached ? shownPercent(own) : 'never reached';
    return `<tr class="${state}"><td>${link}</td><td>${shownShare(rules)}</td><td>${shownShare(outcomes)}</td><td>${told}</td></tr>`;
  });
  const hits = hitLines(coverage);
  const listed = [...sources].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const files = listed.map(([file, lines]) => {
    const own = gaps.filter(({ span }) => span.file === file);
    return `<h2>${escaped(path(file))}</h2>\n<pre>${sourceLines(file, lines, own, hits.get(file))}</pre>`;
  });
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Policy coverage ${shownPercent(percent)}</title>
<style>${STYLE}</style>
<h1>Policy coverage: ${shownPercent(percent)}</h1>
<p>Rules that matched: ${shownShare(coverage.rules)}. Outcomes (true and false of each condition) that were seen: ${shownShare(coverage.outcomes)}.
Left out by their authors: ${coverage.excused.length}.</p>
<table><thead><tr><th>policy</th><th>rules</th><th>outcomes</th><th></th></tr></thead><tbody>
${rows.join('\n')}
</tbody></table>
${files.join('\n')}
</html>
`;
}

const STYLE = `
:root{color-scheme:light dark}
body{font:15px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse}th{text-align:left}td,th{padding:.15rem 1rem .15rem 0}
tr.whole td:last-child{color:#1a7f37}tr.open td:last-child{color:#cf222e;font-weight:600}
pre{overflow:auto;line-height:1.45;border:1px solid #8884;padding:.5rem 0}
pre span.l{display:block;padding:0 .75rem}pre span.l::before{content:attr(data-n);display:inline-block;width:3.5em;opacity:.5}
pre span.hit{background:#2da44e22}pre span.gap{background:#cf222e22}
mark{background:#ffb0a6;color:#000;border-bottom:2px solid #cf222e}
pre em{color:#cf222e;font-style:italic;padding-left:1em}
`;

/** By file, the lines with something that was reached. */
function hitLines({ policies }: Coverage): ReadonlyMap<string, ReadonlySet<number>> {
  const hits = new Map<string, Set<number>>();
  const add = (file: string, line: number): void => {
    const lines = hits.get(file) ?? new Set();
    hits.set(file, lines.add(line));
  };
  for (const { counts } of policies) {
    for (const { source, matched } of counts.rules) if (matched > 0) add(source.file, source.line);
    for (const { file, lines, body, evaluated } of counts.expressions) {
      if (evaluated === 0) continue;
      const { line: last } = lines.position(body.end);
      for (let { line } = lines.position(body.start); line <= last; line++) add(file, line);
    }
  }
  return hits;
}

function sourceLines(
  file: string,
  lines: Lines,
  gaps: readonly Gap[],
  hits: ReadonlySet<number> | undefined,
): string {
  const out: string[] = [];
  // A text that ends with a line break has no further line.
  const count = lines.line(lines.count) === '' ? lines.count - 1 : lines.count;
  for (let number = 1; number <= count; number++) {
    const own = gaps.filter(({ span }) => span.start.line <= number && number <= span.end.line);
    const state = own.length > 0 ? ' gap' : hits?.has(number) === true ? ' hit' : '';
    const told = own.filter(({ span }) => span.start.line === number).map(({ missing }) => missing);
    const note = told.length === 0 ? '' : `<em>${escaped(told.join('; '))}</em>`;
    const spans = own.map(({ span }) => span);
    const text = marked([...lines.line(number)], number, spans);
    out.push(`<span class="l${state}" id="${anchor(file, number)}" data-n="${number}">${text}${note}</span>`);
  }
  return out.join('');
}

/** A line with the stretches marked that gaps cover. */
function marked(characters: readonly string[], line: number, spans: readonly Span[]): string {
  const indent = characters.findIndex((character) => character !== ' ');
  const isIn = (column: number): boolean =>
    column > indent &&
    spans.some(({ start, end }) => {
      const from = start.line === line ? start.column : 1;
      const to = end.line === line ? end.column : Number.POSITIVE_INFINITY;
      return column >= from && column < to;
    });
  let text = '';
  let open = false;
  for (const [index, character] of characters.entries()) {
    const inside = isIn(index + 1);
    if (inside !== open) text += inside ? '<mark>' : '</mark>';
    open = inside;
    text += escaped(character);
  }
  return open ? `${text}</mark>` : text;
}

function anchor(file: string, line: number): string {
  return `${encodeURIComponent(file)}-${line}`;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
