"""Which of the marks that the EU and China ask for are on the files on record."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from storage.evidence.dossier.content import Content
from storage.evidence.dossier.pictures import Labels, Pictures
from storage.evidence.dossier.statements.sentence import Field, Fill, Gap, Sentence


@dataclass(frozen=True, slots=True)
class _Group:
    """Files of one kind: those whose marks were read, and those that are not there."""

    label: str
    read: Mapping[int, Labels] = field(default_factory=dict)
    gone: tuple[int, ...] = ()

    def with_(self, has: Callable[[Labels], bool]) -> tuple[int, ...]:
        """Return the files that have something."""
        return tuple(seq for seq, labels in self.read.items() if has(labels))

    def without(self, has: Callable[[Labels], bool]) -> tuple[int, ...]:
        """Return the files that lack it."""
        return tuple(seq for seq, labels in self.read.items() if not has(labels))


_MARKS: Final[Mapping[str, Callable[[Labels], bool]]] = {
    "credentials": lambda labels: labels.sound,
    "source": lambda labels: labels.says_ai,
    "implicit": lambda labels: labels.implicit,
}


def label_check(content: Content, pictures: Pictures) -> Iterable[Field]:
    """Say which marks are on the files, and what the two laws ask beyond them."""
    drafts = _group("labels.field-drafts", [e.seq for e in content.drafts], pictures)
    edits = _group("labels.field-edits", [edit.seq for edit in content.edits], pictures)
    for group in (drafts, edits):
        said = tuple(_group_said(group))
        yield Field(group.label, said or (Gap(f"{group.label}-missing"),))
    yield Field("labels.field-eu", tuple(_european((drafts, edits))))
    yield Field("labels.field-cn", (*_chinese_labels((drafts, edits)), *_visible(content)))


def _group(label: str, seqs: Sequence[int], pictures: Pictures) -> _Group:
    read = {seq: pictures.labels[seq] for seq in seqs if seq in pictures.labels}
    return _Group(label, read, tuple(seq for seq in seqs if seq in pictures.gone))


def _group_said(group: _Group) -> Iterable[Sentence | Gap]:
    for name, has in _MARKS.items():
        there, lacking = group.with_(has), group.without(has)
        if there:
            yield Sentence(f"labels.{name}", there, _count(len(there), of=len(group.read)))
        if lacking:
            yield Gap(f"labels.{name}-lacking", lacking, _count(len(lacking)))
    broken = group.with_(lambda labels: labels.broken)
    if broken:
        yield Sentence("labels.credentials-broken", broken, _count(len(broken)))
    if group.gone:
        yield Gap("labels.gone", group.gone, _count(len(group.gone)))


def _count(count: int, *, of: int = 0) -> Fill:
    return lambda _: {"count": count, "of": of}


def _european(groups: Sequence[_Group]) -> Iterable[Sentence | Gap]:
    marked = _all_with(groups, lambda labels: labels.tells_machines)
    if marked:
        yield Sentence("labels.eu-readable", marked, lambda t: {"count": len(marked)})
    bare = _all_with(groups, lambda labels: not labels.tells_machines)
    if bare:
        yield Gap("labels.eu-readable-lacking", bare, lambda t: {"count": len(bare)})
    yield Gap("labels.eu-watermark-missing")
    yield Gap("labels.eu-deepfake-missing")


def _chinese_labels(groups: Sequence[_Group]) -> Iterable[Sentence | Gap]:
    marked = _all_with(groups, _MARKS["implicit"])
    if marked:
        labels = [group.read[seq].marks.label for group in groups for seq in marked if seq in group.read]
        producers = sorted({label.producer for label in labels if label is not None})
        yield Sentence(
            "labels.cn-implicit",
            marked,
            lambda t: {"count": len(marked), "producers": t.words.joined([t.value(name) for name in producers])},
        )
    bare = _all_with(groups, lambda labels: not labels.implicit)
    if bare:
        yield Gap("labels.cn-implicit-lacking", bare, lambda t: {"count": len(bare)})


def _visible(content: Content) -> Iterable[Sentence | Gap]:
    """Say which drafts were given a visible label when they were made: from the record, no file tells it."""
    shown = content.visibly_labelled
    if shown:
        yield Sentence("labels.cn-visible", shown, _count(len(shown), of=len(content.drafts)))
    if not shown or len(shown) < len(content.drafts):
        yield Gap("labels.cn-visible-missing", tuple(e.seq for e in content.drafts if e.seq not in shown))
    yield Gap("labels.cn-declare")


def _all_with(groups: Sequence[_Group], has: Callable[[Labels], bool]) -> tuple[int, ...]:
    return tuple(seq for group in groups for seq in group.with_(has))
