import type { Span } from '../../diagnostic/diagnostic.ts';
import type { Lines } from '../../diagnostic/lines.ts';
import {
  type Coverage,
  type CoveredParts,
  type Gap,
  percentOfParts,
  shownPercent,
  shownShare,
} from './coverage.ts';
import { ReachingCases } from './reaching-cases.ts';

/** One page that needs nothing else: the table of policies, then the sources with what is missing marked in them. */
export function coverageHtml(coverage: Coverage, path: (file: string) => string): string {
  const { documents, gaps, sources, percent } = coverage;
  const rows = documents.flatMap((document) => [
    row(
      document,
      `<a href="#${anchor(document.source.file, document.source.line)}">${escaped(document.name)}</a>`,
    ),
    ...document.adopters.map((each) => row(each, `by ${escaped(each.name)}`, 'adopter')),
  ]);
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
<p>Rules that matched: ${shownShare(coverage.rules)}. Outcomes (true and false of each condition) that were seen: ${shownShare(coverage.outcomes)}. Hosts, methods, paths and principals that matched: ${shownShare(coverage.patterns)}.
Left out by their authors: ${coverage.excused.length}.</p>
<table><thead><tr><th>policy</th><th>rules</th><th>outcomes</th><th>patterns</th><th></th></tr></thead><tbody>
${rows.join('\n')}
</tbody></table>
${files.join('\n')}
</html>
`;
}

/** Names of cases that are shown for one line. */
const MOST_CASES = 20;

const STYLE = `
:root{color-scheme:light dark}
body{font:15px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse}th{text-align:left}td,th{padding:.15rem 1rem .15rem 0}
tr.whole td:last-child{color:#1a7f37}tr.open td:last-child{color:#cf222e;font-weight:600}
pre{overflow:auto;line-height:1.45;border:1px solid #8884;padding:.5rem 0}
pre span.l{display:block;padding:0 .75rem}pre span.l::before{content:attr(data-n);display:inline-block;width:3.5em;opacity:.5}
pre span.hit{background:#2da44e22}pre span.gap{background:#cf222e22}
mark{background:#ffb0a6;color:#000;border-bottom:2px solid #cf222e}
tr.adopter{opacity:.7}tr.adopter td:first-child{padding-left:1.5rem}
pre b{float:right;font-weight:400;opacity:.6;cursor:help}
pre em{color:#cf222e;font-style:italic;padding-left:1em}
`;

function row(covered: CoveredParts, title: string, adopter = ''): string {
  const percent = percentOfParts(covered);
  const state = adopter || (percent === 100 && covered.reached ? 'whole' : 'open');
  const cells = [covered.rules, covered.outcomes, covered.patterns].map(shownShare);
  const told = covered.reached ? shownPercent(percent) : 'never reached';
  return `<tr class="${state}">${[title, ...cells, told].map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
}

type LineCases = ReadonlyMap<number, ReachingCases>;

/** By file and line, the cases that reached something on the line. */
function hitLines({ documents }: Coverage): ReadonlyMap<string, LineCases> {
  const hits = new Map<string, Map<number, ReachingCases>>();
  const add = (file: string, line: number, cases: ReachingCases): void => {
    const lines = hits.get(file) ?? new Map<number, ReachingCases>();
    hits.set(file, lines);
    const all = lines.get(line) ?? new ReachingCases();
    lines.set(line, all);
    all.addAll(cases);
  };
  for (const { counts } of documents) {
    for (const { source, matched, cases } of counts.rules)
      if (matched > 0) add(source.file, source.line, cases);
    for (const { file, lines, range, matched, cases } of counts.patterns)
      if (matched > 0) add(file, lines.position(range.start).line, cases);
    for (const { file, lines, body, evaluated, cases } of counts.expressions) {
      if (evaluated === 0) continue;
      const { line: last } = lines.position(body.end);
      for (let { line } = lines.position(body.start); line <= last; line++) add(file, line, cases);
    }
  }
  return hits;
}

function sourceLines(file: string, lines: Lines, gaps: readonly Gap[], hits: LineCases | undefined): string {
  const out: string[] = [];
  // A text that ends with a line break has no further line.
  const count = lines.line(lines.count) === '' ? lines.count - 1 : lines.count;
  for (let number = 1; number <= count; number++) {
    const own = gaps.filter(({ span }) => span.start.line <= number && number <= span.end.line);
    const cases = hits?.get(number);
    const state = own.length > 0 ? ' gap' : cases === undefined ? '' : ' hit';
    const told = own.filter(({ span }) => span.start.line === number).map(({ missing }) => missing);
    const note = told.length === 0 ? '' : `<em>${escaped(told.join('; '))}</em>`;
    const spans = own.map(({ span }) => span);
    const text = marked([...lines.line(number)], number, spans);
    const reached =
      cases === undefined
        ? ''
        : `<b title="${escaped(cases.shown(MOST_CASES))}">${cases.count} ${cases.count === 1 ? 'case' : 'cases'}</b>`;
    out.push(
      `<span class="l${state}" id="${anchor(file, number)}" data-n="${number}">${text}${note}${reached}</span>`,
    );
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
