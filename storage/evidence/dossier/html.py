"""A dossier as one HTML file that opens offline: no script, no address, nothing loaded, everything escaped."""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from functools import cache
from html import escape
from importlib.resources import files
from itertools import groupby
from typing import Final

from storage.evidence.dossier.document import (
    Block,
    Chart,
    Code,
    Document,
    Entry,
    Exchange,
    Figure,
    Figures,
    Line,
    Look,
    Particulars,
    Prose,
    Quote,
    Section,
    Sign,
    Span,
    Table,
    Timeline,
    Who,
)
from storage.evidence.dossier.plot import key, plot

_POLICY: Final = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
_DEEPEST: Final = 6


def render(document: Document) -> bytes:
    """Return the file."""
    return _Page(document).whole().encode("utf-8")


class _Page:
    def __init__(self, document: Document) -> None:
        self._document = document
        self._labels = document.labels

    def whole(self) -> str:
        document = self._document
        title = f"{document.title} · {document.subtitle}"
        cover = "".join(map(self._block, document.cover))
        return (
            f'<!doctype html>\n<html lang="{escape(document.language)}">\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            '<meta name="referrer" content="no-referrer">\n'
            f"<title>{escape(title)}</title>\n<style>\n{_style()}</style>\n</head>\n<body>\n"
            f'<a class="skip" href="#contents">{escape(self._labels["skip"])}</a>\n'
            f'<header class="cover">\n<p class="kind">{escape(document.title)}</p>\n'
            f"<h1><bdi>{escape(document.subtitle)}</bdi></h1>\n{cover}</header>\n"
            f"{self._contents()}<main>\n{''.join(self._section(section, 2) for section in document.sections)}</main>\n"
            f"<footer><p>{escape(self._labels['footer'])}</p></footer>\n</body>\n</html>\n"
        )

    def _contents(self) -> str:
        items = "".join(f'<li><a href="#{s.id}">{escape(s.title)}</a></li>\n' for s in self._document.sections)
        label = escape(self._labels["contents"])
        return f'<nav id="contents" aria-label="{label}">\n<h2>{label}</h2>\n<ol>\n{items}</ol>\n</nav>\n'

    def _section(self, section: Section, level: int) -> str:
        inner = "".join(map(self._block, self._gathered(section.blocks)))
        parts = "".join(self._section(part, min(level + 1, _DEEPEST)) for part in section.parts)
        heading = f'<h{level} id="{section.id}">{escape(section.title)}</h{level}>'
        return f'<section aria-labelledby="{section.id}">\n{heading}\n{inner}{parts}</section>\n'

    def _gathered(self, blocks: Sequence[Block]) -> Iterator[Block | tuple[Exchange, ...]]:
        """Put exchanges that follow each other into one, so that their columns have one head."""
        for exchange, run in groupby(blocks, key=lambda block: isinstance(block, Exchange)):
            if exchange:
                yield tuple(block for block in run if isinstance(block, Exchange))
            else:
                yield from run

    def _block(self, block: Block | tuple[Exchange, ...]) -> str:
        match block:
            case Prose(line, note):
                return f"<p{' class=note' if note else ''}>{self._line(line)}</p>\n"
            case Quote(line, by):
                text, source = self._line(line), self._line(by)
                return (
                    f"<figure class=quote><blockquote>{text}</blockquote><figcaption>{source}</figcaption></figure>\n"
                )
            case Particulars(rows):
                inner = "".join(f"<div><dt>{escape(n)}</dt><dd>{self._line(v)}</dd></div>\n" for n, v in rows)
                return f"<dl>\n{inner}</dl>\n"
            case Code(text):
                return f'<pre tabindex="0"><code>{escape(text)}</code></pre>\n'
            case Table():
                return self._table(block)
            case Figures():
                return self._figures(block)
            case Timeline(day, entries):
                rows_ = "".join(map(self._entry, entries))
                return f'<h3 class=day><time datetime="{day}">{day}</time></h3>\n<ol class=timeline>\n{rows_}</ol>\n'
            case Chart():
                return self._chart(block)
            case Exchange():
                return self._exchanges((block,))
            case tuple():
                return self._exchanges(block)

    def _table(self, table: Table) -> str:
        widths = "".join(f'<col style="width:{share}%">' for share in table.shares)
        head = "".join(f'<th scope="col">{escape(name)}</th>' for name in table.head)
        anchors = table.anchors or ("",) * len(table.rows)
        rows = "".join(self._row(row, table.head, at) for row, at in zip(table.rows, anchors, strict=True))
        caption = escape(table.caption)
        return (
            f'<div class=scroll role="region" aria-label="{caption}" tabindex="0"><table><caption>{caption}</caption>'
            f"<colgroup>{widths}</colgroup>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody></table></div>\n"
        )

    def _row(self, row: Sequence[Line], head: Sequence[str], anchor: str) -> str:
        cells = [f'<th scope="row">{self._line(row[0])}</th>' if row[0] else "<td></td>"]
        cells += [
            f'<td data-label="{escape(name)}">{self._line(cell)}</td>'
            for name, cell in zip(head[1:], row[1:], strict=True)
        ]
        return f"<tr{f' id={anchor}' if anchor else ''}>{''.join(cells)}</tr>\n"

    def _figures(self, figures: Figures) -> str:
        inner = "".join(map(self._figure, figures.figures))
        return f'<div class="figures{" large" if figures.large else ""}">{inner}</div>\n'

    def _figure(self, figure: Figure) -> str:
        picture = self._document.pictures[figure.picture]
        data = b64encode(picture.jpeg).decode("ascii")
        return (
            f'<figure><img src="data:image/jpeg;base64,{data}" width="{picture.width}" height="{picture.height}" '
            f'alt="{escape(figure.alternative)}"><figcaption>{self._line(figure.caption)}</figcaption></figure>'
        )

    def _chart(self, chart: Chart) -> str:
        drawn = plot(chart)
        scale = "".join(f'<span style="top:{at:.1%}">{number}</span>' for at, number in drawn.scale)
        legend = "".join(f"<li>{_key(sign)}{escape(text)}</li>" for sign, text in chart.legend)
        return (
            f"<figure class=chart><div class=plot><div class=drawn><div class=scale aria-hidden=true>{scale}</div>"
            f'<svg {drawn.box} role="img" aria-labelledby="chart-title chart-words">'
            f'<title id="chart-title">{escape(chart.title)}</title>'
            f'<desc id="chart-words">{escape(chart.alternative)}</desc>{drawn.shapes}</svg></div>'
            f"<p class=ends><span>{escape(chart.first)}</span> <span>{escape(chart.last)}</span></p></div>\n"
            f"<ul class=legend>{legend}</ul>\n<figcaption>{self._line(chart.caption)}</figcaption></figure>\n"
        )

    def _entry(self, entry: Entry) -> str:
        lines = "".join(f"<p>{self._line(line)}</p>" for line in entry.lines)
        figures = "" if entry.figures is None else self._figures(entry.figures)
        anchors = "".join(f"<a id=event-{seq}></a>" for seq in entry.seqs)
        return (
            f'<li class="{entry.who}">{anchors}<p class=when><span class=number>{self._line(entry.number)}</span> '
            f"<time>{escape(entry.time)}</time> {self._who(entry.who)}</p>"
            f"<div><h4>{escape(entry.title)}</h4>{lines}{figures}</div></li>\n"
        )

    def _who(self, who: Who) -> str:
        return f'<span class="who {who}">{escape(self._labels[who])}</span>'

    def _exchanges(self, exchanges: Sequence[Exchange]) -> str:
        head = "".join(f"<p class=column>{self._who(who)}</p>" for who in (Who.PERSON, Who.MACHINE))
        inner = "".join(
            f'<div class="turn {exchange.who}"><h3>{self._who(exchange.who)} {self._line(exchange.head)}</h3>'
            f"{''.join(map(self._block, exchange.blocks))}</div>\n"
            for exchange in exchanges
        )
        return f'<div class=exchange><div class=columns aria-hidden="true">{head}</div>\n{inner}</div>\n'

    def _line(self, line: Line) -> str:
        first = next((n for n, span in enumerate(line) if span.look is Look.MACHINE), None)
        return "".join(self._span(span, tagged=n == first) for n, span in enumerate(line))

    def _span(self, span: Span, *, tagged: bool) -> str:
        text = escape(span.text).replace("\n", "<br>")
        match span.look:
            case Look.PLAIN:
                return f'<span lang="{escape(span.language)}">{text}</span>' if span.language else text
            case Look.CODE:
                return f"<code><bdi>{text}</bdi></code>"
            case Look.OWN:
                return f"<bdi class=own>{text}</bdi>"
            case Look.MACHINE:
                return f"<bdi class=machine>{self._spoken('by-machine', seen=tagged)}{text}{self._spoken('end')}</bdi>"
            case Look.ADDED:
                return f"<ins>{self._spoken('added')}<bdi>{text}</bdi>{self._spoken('end')}</ins>"
            case Look.REMOVED:
                return f"<del>{self._spoken('removed')}<bdi>{text}</bdi>{self._spoken('end')}</del>"
            case Look.ABSENT:
                return f"<em class=absent>{text}</em>"
            case Look.EVENT:
                return f'<a class=event href="#event-{span.target}">{text}</a>'
            case Look.LEAF:
                return f'<a class=event href="#leaf-{span.target}">{text}</a>'
            case Look.CITATION:
                return f'<a class=citation href="#source-{span.target}">{text}</a>'

    def _spoken(self, label: str, *, seen: bool = False) -> str:
        """Return a word that tells by ear what marks tell by eye."""
        return f'<span class="{"tag" if seen else "spoken"}"> {escape(self._labels[label])} </span>'


def _key(sign: Sign) -> str:
    drawn = key(sign)
    return f'<svg {drawn.box} aria-hidden="true">{drawn.shapes}</svg>'


@cache
def _style() -> str:
    return (files("storage.evidence.dossier") / "style.css").read_text(encoding="utf-8")
