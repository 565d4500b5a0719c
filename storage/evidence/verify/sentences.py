"""A report in words: three answers first, then one sentence a check, in English or Chinese."""

from collections.abc import Mapping

from storage.evidence.verify.reasons import REASONS
from storage.evidence.verify.report import Answer, CheckResult, Outcome, Report, Verdict

Sentence = tuple[str, str]
"""In English and in Chinese."""

_VERDICT: Mapping[Verdict, Sentence] = {
    Verdict.VERIFIED: ("VERIFIED", "已验证"),
    Verdict.REFUSED: ("REFUSED", "不予认可"),
    Verdict.SELF_CONSISTENT: ("SELF-CONSISTENT ONLY", "仅自我一致"),
    Verdict.UNRECORDED: ("NOT RECORDED", "没有记录"),
    Verdict.UNDECIDED: ("NOTHING TO CHECK", "无从核对"),
}
_QUESTION: Mapping[str, Sentence] = {
    "unchanged": ("Unchanged", "未被改动"),
    "complete": ("Complete", "完整"),
    "time": ("Time", "时间可证"),
}
_ANSWER: Mapping[Answer, Sentence] = {
    Answer.YES: ("yes", "是"),
    Answer.NO: ("no", "否"),
    Answer.NOT_CHECKED: ("not checked", "未检查"),
}
_FACTS: Mapping[str, Sentence] = {
    "origin": ("log", "账本"),
    "bundle": ("bundle", "证据包"),
    "export": ("moderators' export", "版主导出"),
    "guild": ("server", "服务器"),
    "rows": ("rows", "行数"),
    "size": ("log size", "账本规模"),
    "event": ("event", "事件编号"),
    "type": ("what was done", "行为"),
    "ts": ("recorded at", "记录时间"),
    "projects": ("projects", "作品"),
    "shown": ("events shown", "所示事件"),
    "fields": ("fields opened", "公开字段"),
    "withheld": ("fields withheld or erased", "未公开或已删除的字段"),
    "pictures": ("pictures", "图片"),
    "first": ("first event", "最早事件"),
    "last": ("last event", "最晚事件"),
    "picture": ("picture (SHA-256)", "图片（SHA-256）"),
    "credentials": ("content credentials", "内容凭证"),
    "signer": ("signed by", "签名者"),
    "label": ("AI label, number", "AI 标识编号"),
    "producer": ("AI label, producer", "AI 标识制作者"),
    "source-type": ("digital source type", "数字来源类型"),
    "stamped": ("existed (events below, by, says)", "已存在（编号以下的事件，最迟于，出自）"),
}
_PASSED: Mapping[str, Sentence] = {
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
    "cosignatures": (
        "The witnesses you named signed these very checkpoints.",
        "你指定的见证人签署的正是这些检查点。",
    ),
    "bundle-note": ("The list of files is signed by the log's key.", "文件清单由账本密钥签名。"),
    "unchanged": (
        "Unchanged: every event shown is the one that the signed tree holds.",
        "未被改动：所示的每个事件都是签名树中的那一个。",
    ),
    "consistency": (
        "The enclosed proofs lead from the earlier events to the bundle's end.",
        "所附的一致性证明确实从较早的事件通向本证据包的末尾。",
    ),
    "anchors": ("The checkpoints you brought agree with this log.", "你提供的检查点与本账本一致。"),
    "time": (
        "Time: no event claims a time that the time stamps and witnesses exclude.",
        "时间：没有事件声称的时间与时间戳或见证人的说法相抵触。",
    ),
    "complete": (
        "Complete: each project is shown from its first event to this export, without a gap.",
        "完整：每件作品从第一个事件到本次导出，中间没有缺失。",
    ),
    "blobs": ("Every picture is the one that an event names.", "每张图片都是某个事件所指的那一张。"),
    "credentials": (
        "Content credentials: sound; neither the picture nor what they say was changed since they were signed.",
        "内容凭证：完好；签名之后，图片及凭证内容均未被改动。",
    ),
    "signer": ("They are signed below a certificate that is trusted: {signer}.", "凭证由可信证书签发：{signer}。"),
    "recorded": (
        "Unchanged: it is, byte for byte, the file that event {seq} recorded.",
        "未被改动：与 {seq} 号事件所记录的文件逐字节相同。",
    ),
    "pixels": (
        "Unchanged: every pixel is that of the picture which event {seq} recorded.",
        "未被改动：每个像素都与 {seq} 号事件所记录的图片相同。",
    ),
    "marks": ("Complete: the marks it was delivered with are there.", "完整：交付时带有的标识都在。"),
    "receipt": ("The receipt is in its one allowed form.", "回执符合唯一允许的格式。"),
    "included": (
        "Unchanged: the event is in the tree whose root was signed.",
        "未被改动：该事件就在根哈希已被签名的树中。",
    ),
    "moderation-json": (
        "The export says what it is in the one allowed form.",
        "导出文件的说明符合唯一允许的格式。",
    ),
    "moderation-note": ("The list of files is signed by the log's key.", "文件清单由账本密钥签名。"),
    "rows": (
        "Every row says what its event says and what was opened of it, and fits what was asked for.",
        "每一行都与其事件和已打开的内容一致，也符合所要求的范围。",
    ),
    "csv": ("Every line of rows.csv says what its row says.", "rows.csv 的每一行都与对应的数据一致。"),
}
_NOT_CHECKED: Mapping[str, Sentence] = {
    "trust": (
        "No public key was given from outside (--vkey): the bundle only agrees with itself.",
        "没有从外部提供公钥（--vkey）：证据包只是自我一致。",
    ),
    "time": (
        "There is no time stamp and no named witness: the times are the operator's clock.",
        "没有时间戳，也没有指定的见证人：时间来自运营者的时钟。",
    ),
    "stamps-absent": (
        "Time stamps that the log records are not enclosed ({count}), so later events were not held against them.",
        "账本记录了 {count} 个未附上的时间戳，因此无法据此核对其后的事件。",
    ),
    "time-trust": (
        "No authority's certificate was given from outside (--tsa-roots): who stamped is the bundle's own word.",
        "没有从外部提供授时机构的证书（--tsa-roots）：由谁加盖时间戳，仅是证据包自己的说法。",
    ),
    "cosignatures": (
        "There are signatures of witnesses whose keys were not given (--witness): {names}.",
        "含有未提供公钥（--witness）的见证人签名：{names}。",
    ),
    "witness": (
        "A witness you named has signed no checkpoint here: {names}.",
        "你指定的见证人没有签署这里的任何检查点：{names}。",
    ),
    "consistency": (
        "There are proofs from sizes whose root is not known here ({sizes}); bring the checkpoint with --anchor.",
        "含有起始规模的根哈希在此未知的一致性证明（{sizes}）；请用 --anchor 提供相应的检查点。",
    ),
    "ots": (
        "There are OpenTimestamps proofs; the standard client checks them: ots verify {file}",
        "含有 OpenTimestamps 证明，可用其标准客户端核对：ots verify {file}",
    ),
    "credentials": (
        "The content credentials inside the pictures; colophon verify PICTURE --bundle BUNDLE looks at them.",
        "图片内的内容凭证；可用 colophon verify 图片 --bundle 证据包 查看。",
    ),
    "pictures-absent": (
        "Events name a picture that is not enclosed, withheld or erased, {count} times.",
        "事件有 {count} 处所指的图片未附上（未公开或已删除）。",
    ),
    "views": (
        "What only repeats the record for reading is not evidence, and was not compared with it: {files}.",
        "仅供阅读的副本不是证据，未与记录比对：{files}。",
    ),
    "no-credentials": (
        "There are no content credentials. Chats and editors often drop them, so that alone says nothing.",
        "没有内容凭证。聊天软件和编辑软件常会去掉它，仅凭这一点说明不了什么。",
    ),
    "signer": (
        "Who signed the credentials ({signer}) nothing from outside vouches for (--c2pa-roots).",
        "凭证的签名者（{signer}）没有来自外部的依据（--c2pa-roots）。",
    ),
    "record": (
        "No record was searched (--bundle): whether an event names this picture is open.",
        "没有查找任何记录（--bundle）：是否有事件记录过这张图片尚不清楚。",
    ),
    "unrecorded": (
        "No event of the record names this file, its pixels, or what its marks say.",
        "记录中没有事件提到这个文件、它的像素或它的标识。",
    ),
    "picture-time": (
        "No time stamp and no named witness was looked at that covers its event.",
        "没有查看涵盖其事件的时间戳或指定见证人。",
    ),
    "marks": (
        "The recorded file is not at hand, so which marks it was delivered with is open.",
        "手头没有所记录的文件，因此交付时带有哪些标识尚不清楚。",
    ),
    "receipt-trust": (
        "No public key was given from outside (--vkey): who signed is not known.",
        "没有从外部提供公钥（--vkey）：不知道由谁签名。",
    ),
    "receipt-complete": (
        "A receipt shows one event; whether anything was left out, only a bundle can tell.",
        "回执只涉及一个事件；是否有遗漏，只有证据包才能说明。",
    ),
    "receipt-time": (
        "A receipt alone has no time stamp of a third party; its words are not in it either.",
        "单凭回执没有第三方时间戳，文字内容也不在其中。",
    ),
    "rows-complete": (
        "Whether these are all rows there were: no file can show that, since a server is not part of an event.",
        "这些是否就是全部的行：服务器不是事件的一部分，因此任何文件都无法表明这一点。",
    ),
    "rows-time": (
        "The times are the operator's clock; an export holds no time stamp of a third party.",
        "时间来自运营者的时钟；导出文件不含第三方时间戳。",
    ),
    "parquet": (
        "rows.parquet has the hash that the signed list says; its cells were not compared with rows.jsonl.",
        "rows.parquet 的哈希与已签名的清单一致；其单元格未与 rows.jsonl 逐一比对。",
    ),
}
_FAILED: Mapping[str, Sentence] = {
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
    "cosignature": ("The cosignature of checkpoint {size}: {why}.", "检查点 {size} 的见证签名：{why}。"),
    "bundle-note": ("bundle.note: {why}.", "bundle.note：{why}。"),
    "consistency": ("The consistency proof from size {size}: {why}.", "从规模 {size} 开始的一致性证明：{why}。"),
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
    "time": ("The time of checkpoint {size}: {why}.", "检查点 {size} 的时间：{why}。"),
    "receipt": ("The receipt: {why}.", "回执：{why}。"),
    "blob": ("Picture {file}: {why}.", "图片 {file}：{why}。"),
    "picture": ("The picture cannot be checked: {why}.", "这张图片无法核对：{why}。"),
    "bundle": (
        "The bundle you brought does not hold itself ({failed}); check it first.",
        "你提供的证据包本身不成立（{failed}），请先核对它。",
    ),
    "credentials": (
        "Content credentials: broken. The picture, or what they say of it, was changed after they were signed.",
        "内容凭证：已失效。签名之后，图片或凭证内容被改动过。",
    ),
    "marks": (
        "Its marks contradict one another, so one of them is another picture's: {ids}.",
        "它的标识互相矛盾，其中之一属于另一张图片：{ids}。",
    ),
    "changed": (
        "Its marks name event {seq}, but the picture is a changed version of the one recorded there: {why}.",
        "它的标识指向 {seq} 号事件，但图片是那里所记录图片的改动版本：{why}。",
    ),
    "transplanted": ("Transplanted marks: {why}.", "标识系移植而来：{why}。"),
    "stripped": (
        "Stripped: the pixels are those that event {seq} recorded, but marks it was delivered with are gone: {marks}.",
        "标识被去除：像素与 {seq} 号事件所记录的相同，但交付时带有的标识不见了：{marks}。",
    ),
    "moderation-json": (
        "moderation.json is not what the format demands: {why}.",
        "moderation.json 不符合格式：{why}。",
    ),
    "moderation-note": ("moderation.note: {why}.", "moderation.note：{why}。"),
    "row": ("Row {seq}: {why}.", "第 {seq} 号行：{why}。"),
    "csv": (
        "rows.csv: the line of row {seq} is not what the row says, or not there.",
        "rows.csv：第 {seq} 号行与数据不符，或者缺失。",
    ),
}
_COLON: Sentence = (": ", "：")
_UNCHECKED: Sentence = ("NOT CHECKED: ", "未检查：")
_LAST: Sentence = (
    "It shows what was logged, in what order, and no later than when; not who had the idea.",
    "它表明记录了什么、先后顺序以及最迟时间；不表明构思出自何人。",
)
_TABLES: Mapping[Outcome, tuple[str, Mapping[str, Sentence]]] = {
    Outcome.PASSED: ("+", _PASSED),
    Outcome.FAILED: ("!", _FAILED),
    Outcome.NOT_CHECKED: ("?", _NOT_CHECKED),
}


def render_report(report: Report, language: str = "en-US") -> str:
    """Write a report as plain text: the verdict, the three answers, facts, checks; the last line says its limits."""
    i = 1 if language.startswith("zh") else 0
    answers = {question: Answer(said) for question, said in report.answers.as_json().items()}
    lines = [_VERDICT[report.verdict][i]]
    lines += [f"{_QUESTION[question][i]}{_COLON[i]}{_ANSWER[answer][i]}" for question, answer in answers.items()]
    lines += [f"  {_FACTS[name][i]}{_COLON[i]}{value}" for name, value in report.facts.items()]
    for check in report.checks:
        mark = _TABLES[check.outcome][0]
        prefix = _UNCHECKED[i] if check.outcome is Outcome.NOT_CHECKED else ""
        lines.append(f"{mark} [{check.code}] {prefix}{sentence(check, language)}")
    return "\n".join([*lines, _LAST[i]])


def sentence(check: CheckResult, language: str = "en-US") -> str:
    """Return what one check says."""
    i = 1 if language.startswith("zh") else 0
    why = REASONS.get(check.params["why"]) if i and "why" in check.params else None
    return _TABLES[check.outcome][1][check.code][i].format(**check.filled(why))
