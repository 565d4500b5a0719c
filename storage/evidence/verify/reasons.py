"""Why something is refused, in Chinese."""

from collections.abc import Mapping

REASONS: Mapping[str, str] = {
    # archive
    "it is broken, or of another kind ({error})": "已损坏或属于其他格式（{error}）",
    "{path} is a link": "{path} 是链接",
    "it is too large": "过大",
    "{path} is encrypted or a link": "{path} 已加密或是链接",
    "{path} is there twice": "{path} 出现两次",
    "it has not one top folder": "没有唯一的顶层文件夹",
    "the path {path} is not safe": "路径 {path} 不安全",
    "{path} is too large": "{path} 过大",
    "a line of {path} is too long": "{path} 中有一行过长",
    # bag
    "is not listed": "未列入清单",
    "is listed and missing": "已列入清单但缺失",
    # what is signed
    "it cannot be read": "无法读取",
    "a key is missing, foreign, or of the wrong kind": "有键缺失、多余或类型不对",
    "keys/log.vkey cannot be read": "keys/log.vkey 无法读取",
    "a key is not of this log": "有密钥不属于本账本",
    "there must be one hand-over a key but the first": "除第一把外，每把密钥都须恰有一次交接",
    "the hand-over at {since} has a false signature": "{since} 处交接的签名不实",
    "the hand-over at {since} is not signed by both keys": "{since} 处的交接没有由新旧两把密钥共同签名",
    "the log holds no event of the hand-over at {since}": "账本中没有 {since} 处交接的事件",
    "the public key you gave cannot be read": "你给出的公钥无法读取",
    "it is not in the form of a checkpoint": "不符合检查点的格式",
    "it is of another log or of another size": "属于另一个账本或另一规模",
    "it is missing": "缺失",
    "its signature is false": "签名不实",
    "it is not signed by the key in force": "不是由当时有效的密钥签名",
    "it is not signed by the key you gave": "不是由你给出的密钥签名",
    "it is not a signed note": "不是签名文书",
    "it signs another list of files or another bundle": "所签的是另一份文件清单或另一个证据包",
    # witnesses
    "the witness's key you gave cannot be read": "你给出的见证人公钥无法读取",
    "the checkpoint that it signs is not there": "它所签署的检查点不在这里",
    "it is not in the form of a cosignature": "不符合见证签名的格式",
    "that of {name} is not in the form of one": "{name} 的签名不符合格式",
    "that of {name} is false": "{name} 的签名不实",
    # anchors and proofs
    "it is not a checkpoint": "不是检查点",
    "it is of another log": "属于另一个账本",
    "it is newer than the bundle, so nothing here can prove it; export once more": (
        "比证据包更新，在此无从证明；请重新导出"
    ),
    "it contradicts this log: its history was rewritten": "与本账本矛盾：历史被改写过",
    "it contradicts this log: its proof fails": "与本账本矛盾：证明不成立",
    "a hidden stretch covers it, so nothing here proves it": "被一段隐藏的事件覆盖，在此无从证明",
    "it does not lead from an earlier size to that of the bundle": "不是从较早的规模通向证据包的规模",
    "it is not in the form of a proof": "不符合证明的格式",
    "it ends in another checkpoint than that of the bundle": "末尾的检查点不是本证据包的检查点",
    "it does not lead from the events below it to the bundle's end": "不能从该规模以下的事件通向证据包的末尾",
    # the pass
    "it is neither an event nor a hidden stretch": "既不是事件，也不是隐藏段",
    "a hidden stretch has no proper hash": "隐藏段没有正确的哈希",
    "a hidden stretch does not start where it may": "隐藏段的起点不合规则",
    "a hidden stretch covers a checkpoint": "隐藏段覆盖了检查点",
    "it is not an event in canonical form": "不是规范形式的事件",
    "event {found} stands in its place": "这个位置上是 {found} 号事件",
    "its time is before that of an earlier event": "其时间早于在它之前的事件",
    "it refers to an event that is not earlier": "它引用了并不在它之前的事件",
    "its project is not in this bundle": "其作品不在本证据包中",
    "it refers to an event of another project": "它引用了另一作品的事件",
    "it is not an event of the log itself": "不是账本自身的事件",
    "its event is not shown": "其所属事件没有展示",
    "it is opened twice": "被公开两次",
    "the event has no such field": "该事件没有这个字段",
    "its text is not the one that was recorded": "文字不是当时所记录的",
    "it is not a disclosure": "不是公开项",
    "its salt is too short": "盐值过短",
    "it belongs to another field": "属于另一个字段",
    "it does not name a file": "没有指明文件",
    "it gives a file another size than before": "所给的文件大小与先前不同",
    # time
    "an event below it claims {claimed}, after {by} saw it": "其下有事件声称时间为 {claimed}，晚于 {by} 看到它的时间",
    "an event after number {seq} claims {claimed}, before the stamp that the log had recorded": (
        "{seq} 号之后的事件声称时间为 {claimed}，早于账本已记录的时间戳"
    ),
    "a token stamps a checkpoint that is not there": "时间戳所盖的检查点不在这里",
    "{file} is not a time stamp": "{file} 不是时间戳",
    "{file} is the time stamp of something else": "{file} 是其他内容的时间戳",
    "{file} is not signed below a certificate that is trusted": "{file} 不是由可信证书签发",
    "the authorities' certificates cannot be read": "授时机构的证书无法读取",
    # tails and pictures
    "none of its events is shown": "没有展示它的任何事件",
    "its last event is not the export of this bundle": "最后一个事件不是本证据包的导出",
    "its bytes are not those of its name": "内容与文件名不符",
    "no event shown names it": "所示事件都没有提到它",
    "it has another size than its event says": "大小与事件所说不同",
    "it has more than {limit} MiB": "超过 {limit} MiB",
    "it has too many pixels": "像素过多",
    "it is no PNG, JPEG or WebP": "不是 PNG、JPEG 或 WebP",
    "it is broken": "文件已损坏",
    "its size is another": "尺寸不同",
    "{apart} of {of} pixels differ": "{of} 个像素中有 {apart} 个不同",
    "its pixels are those of event {seq}, its marks those of another picture ({ids})": (
        "像素属于 {seq} 号事件，标识属于另一张图片（{ids}）"
    ),
    "they name event {seq} ({ids}), which recorded another picture": (
        "标识指向 {seq} 号事件（{ids}），但其所记录的是另一张图片"
    ),
    # receipts
    "it is not in the form of a receipt": "不符合回执的格式",
    "its path does not lead to the root that was signed": "其路径不能通向已签名的根哈希",
    # moderators' exports
    "the hand-over at {since} is after the end": "{since} 处的交接在末尾之后",
    "it signs another list of files or another export": "所签的是另一份文件清单或另一次导出",
    "its {column} is not what its event says": "{column} 与其事件不符",
    "it is not a row, or not in its place": "不是一行数据，或不在应在的位置",
    "there is an event for it and no row": "有对应的事件，却没有这一行",
    "nothing shows that it is that member's": "没有任何内容表明它出自这位成员",
    "two rows of its maker name different members": "同一作者的两行写着不同的成员",
    "it is not what was asked for ({filter})": "不在所要求的范围内（{filter}）",
    "{field} is opened, though the export says that nothing is read": "{field} 已被打开，而导出声称没有读取任何文字",
    "it counts other rows than there are": "所计的行数与实际不符",
}
"""By the English that a refusal carries."""
