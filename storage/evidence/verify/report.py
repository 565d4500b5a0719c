"""What a check found, in words: one verdict, one sentence a check, in English or Chinese."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class Verdict(Enum):
    """The result of a verification; the value is the process's exit code."""

    VERIFIED = 0
    REFUSED = 1
    SELF_CONSISTENT = 3


class Outcome(Enum):
    """The result of one check."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_CHECKED = "NOT CHECKED"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check: a stable code, its outcome, and what fills the sentence."""

    code: str
    outcome: Outcome
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that a verification found; `facts` hold counts and names for the reader."""

    verdict: Verdict
    checks: tuple[CheckResult, ...]
    facts: Mapping[str, str]

    @property
    def exit_code(self) -> int:
        """Return 0 verified, 1 refused, 3 only self-consistent."""
        return self.verdict.value

    @property
    def code(self) -> str:
        """Return the code of the check that refused, or of the verdict."""
        failed = [c.code for c in self.checks if c.outcome is Outcome.FAILED]
        return failed[0] if failed else self.verdict.name.lower()

    def as_json(self) -> dict[str, object]:
        """Return the report for a program: the verdict, the code, each check, and the facts."""
        checks = [
            {"code": c.code, "outcome": c.outcome.value, **({"about": c.params} if c.params else {})}
            for c in self.checks
        ]
        return {
            "verdict": self.verdict.name.lower().replace("_", "-"),
            "code": self.code,
            "exit": self.exit_code,
            "checks": checks,
            "facts": dict(self.facts),
        }


class Refusal(Exception):
    """A check failed: the stable code and what names the place."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = {name: _printable(str(value)) for name, value in params.items()}


def _printable(text: str) -> str:
    """Return text that cannot disturb a terminal or a page, cut to a sensible length."""
    return "".join(c if c.isprintable() else "�" for c in text)[:200]


_PASSED = {
    "bag": (
        "Every file is listed and has the hash that the manifest says.",
        "每个文件都已列出，且哈希与清单一致。",
    ),
    "bundle-json": (
        "The bundle says what it is in the one allowed form.",
        "证据包的说明符合唯一允许的格式。",
    ),
    "keys": ("The log's keys follow one another by signed hand-overs.", "账本的密钥以签名交接依次相承。"),
    "checkpoints": ("Every checkpoint is signed by the key in force.", "每个检查点都由当时有效的密钥签名。"),
    "bundle-note": ("The list of files is signed by the log's key.", "文件清单由账本密钥签名。"),
    "anchors": ("The checkpoints you brought agree with this log.", "你提供的检查点与本账本一致。"),
    "unchanged": (
        "Unchanged: every event shown is the one that the signed tree holds.",
        "未被改动：所示的每个事件都是签名树中的那一个。",
    ),
    "complete": (
        "Complete: each project is shown from its first event to this export, without a gap.",
        "完整：每件作品从第一个事件到本次导出，中间没有缺失。",
    ),
    "time": (
        "Time: what each stamped checkpoint covers existed no later than its time stamp says.",
        "时间：每个加盖时间戳的检查点所涵盖的内容，最迟在时间戳所示时刻已经存在。",
    ),
    "receipt": ("The receipt is in its one allowed form.", "回执符合唯一允许的格式。"),
    "included": (
        "Unchanged: the event is in the tree whose root was signed.",
        "未被改动：该事件就在根哈希已被签名的树中。",
    ),
    "blobs": ("Every picture is the one that an event names.", "每张图片都是某个事件所指的那一张。"),
}
_NOT_CHECKED = {
    "trust": (
        "No public key was given from outside: the bundle only agrees with itself.",
        "没有从外部提供公钥：证据包只是自我一致。",
    ),
    "time": (
        "No time stamp of a third party was checked: the times are the operator's clock.",
        "没有检查第三方时间戳：时间来自运营者的时钟。",
    ),
    "time-trust": (
        "No authority's certificate was given from outside: who stamped is the bundle's own word.",
        "没有从外部提供授时机构的证书：由谁加盖时间戳，仅是证据包自己的说法。",
    ),
    "receipt-trust": (
        "No public key was given from outside: who signed is not known.",
        "没有从外部提供公钥：不知道由谁签名。",
    ),
    "receipt-time": (
        "A receipt alone has no time stamp of a third party; its words are not in it either.",
        "单凭回执没有第三方时间戳，文字内容也不在其中。",
    ),
    "cosignatures": (
        "Signatures of witnesses are present and were not checked.",
        "含有见证人签名，未作检查。",
    ),
}
_FAILED = {
    "archive": ("The file cannot be read as a bundle: {why}.", "该文件无法作为证据包读取：{why}。"),
    "bag-file": ("{file}: its bytes are not those of the manifest.", "{file}：其内容与清单不符。"),
    "bag-listing": ("{file}: {why}.", "{file}：与清单不符（{why}）。"),
    "bag-incomplete": ("{file} is missing, and no bundle is without it.", "缺少 {file}，证据包必须包含它。"),
    "bag-form": ("{file}: is not in the form of a bag.", "{file}：不符合 BagIt 格式。"),
    "file-kind": ("{file}: is not a kind of file that a bundle may hold.", "{file}：不是证据包允许的文件。"),
    "bundle-json": ("bundle.json is not what the format demands: {why}.", "bundle.json 不符合格式：{why}。"),
    "key": ("The keys do not follow one another: {why}.", "密钥交接不成立：{why}。"),
    "key-foreign": (
        "The log's key is not the one you gave: the bundle was signed by somebody else.",
        "账本密钥不是你给出的那一个：证据包由他人签名。",
    ),
    "checkpoint": ("Checkpoint {size}: {why}.", "检查点 {size}：{why}。"),
    "bundle-note": ("bundle.note: {why}.", "bundle.note：{why}。"),
    "anchor": (
        "The checkpoint of size {size} you brought: {why}.",
        "你提供的规模为 {size} 的检查点：{why}。",
    ),
    "log-line": ("log.txt, at event {seq}: {why}.", "log.txt 第 {seq} 号事件处：{why}。"),
    "leaf-changed": (
        "The events up to {size} are not those that were signed: one was changed, dropped, added or moved.",
        "规模 {size} 以内的事件与签名不符：有事件被改动、删除、添加或调换。",
    ),
    "event-changed": (
        "Event {seq} ({type}) was changed: the next one of its project, {next}, was made after another.",
        "事件 {seq}（{type}）被改动：同一作品的下一个事件 {next} 所承接的并不是它。",
    ),
    "event": ("Event {seq} ({type}): {why}.", "事件 {seq}（{type}）：{why}。"),
    "gap": (
        "Project {project}: event {seq} is number {found} of it, number {wanted} is missing.",
        "作品 {project}：事件 {seq} 是其第 {found} 个，缺少第 {wanted} 个。",
    ),
    "disclosure": ("Event {seq}, field {field}: {why}.", "事件 {seq} 的字段 {field}：{why}。"),
    "size": (
        "The log shows {found} events, the bundle says {wanted}.",
        "账本显示 {found} 个事件，证据包声称 {wanted} 个。",
    ),
    "tail": ("Project {project}: {why}.", "作品 {project}：{why}。"),
    "time": ("The time stamp on checkpoint {size}: {why}.", "检查点 {size} 上的时间戳：{why}。"),
    "receipt": ("The receipt: {why}.", "回执：{why}。"),
    "blob": ("Picture {file}: {why}.", "图片 {file}：{why}。"),
}
_VERDICT = {
    Verdict.VERIFIED: ("VERIFIED", "已验证"),
    Verdict.REFUSED: ("REFUSED", "不予认可"),
    Verdict.SELF_CONSISTENT: ("SELF-CONSISTENT ONLY", "仅自我一致"),
}
_LAST = (
    "It shows what was logged, in what order, and no later than when; not who had the idea.",
    "它表明记录了什么、先后顺序以及最迟时间；不表明构思出自何人。",
)
_FACTS = {
    "origin": ("log", "账本"),
    "bundle": ("bundle", "证据包"),
    "size": ("log size", "账本规模"),
    "event": ("event", "事件编号"),
    "type": ("what was done", "行为"),
    "ts": ("recorded at", "记录时间"),
    "projects": ("projects", "作品"),
    "shown": ("events shown", "所示事件"),
    "fields": ("fields opened", "公开字段"),
    "pictures": ("pictures", "图片"),
    "first": ("first event", "最早事件"),
    "last": ("last event", "最晚事件"),
    "stamped": ("existed (events below, by)", "已存在（编号以下的事件，最迟于）"),
}


def render_report(report: Report, language: str = "en-US") -> str:
    """Write a report as plain text; the last line always says what it does not show."""
    i = 1 if language.startswith("zh") else 0
    lines = [_VERDICT[report.verdict][i]]
    lines += [f"  {_FACTS[name][i]}: {value}" for name, value in report.facts.items() if name in _FACTS]
    for check in report.checks:
        table = {
            Outcome.PASSED: _PASSED,
            Outcome.FAILED: _FAILED,
            Outcome.NOT_CHECKED: _NOT_CHECKED,
        }[check.outcome]
        mark = {Outcome.PASSED: "+", Outcome.FAILED: "!", Outcome.NOT_CHECKED: "?"}[check.outcome]
        sentence = table[check.code][i].format(**check.params)
        prefix = "NOT CHECKED: " if check.outcome is Outcome.NOT_CHECKED else ""
        lines.append(f"{mark} [{check.code}] {prefix}{sentence}")
    return "\n".join([*lines, _LAST[i]])
