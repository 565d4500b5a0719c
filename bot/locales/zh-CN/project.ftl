cmd-project = 作品
cmd-project-desc = 你正在创作的作品，以及它的记录
cmd-project-new = 新建
cmd-project-new-desc = 开始一件作品；先说清楚想做什么
cmd-project-list = 列表
cmd-project-list-desc = 你的全部作品
cmd-project-switch = 切换
cmd-project-switch-desc = 接着做另一件作品
cmd-project-show = 查看
cmd-project-show-desc = 当前作品的记录里有什么
cmd-project-intent = 意图
cmd-project-intent-desc = 用自己的话封存你想做什么
cmd-project-note = 笔记
cmd-project-note-desc = 在记录里写一条笔记
cmd-project-attach = 附上
cmd-project-attach-desc = 把在别处做的修改或素材带回来
cmd-project-check = 自查
cmd-project-check-desc = 登记机构或法院会觉得这份记录还缺什么
cmd-project-finish = 完成
cmd-project-finish-desc = 声明作品已完成，以及你主张哪些部分
opt-project-title = 标题
opt-project-title-desc = 暂定的标题
opt-project-intent = 意图
opt-project-intent-desc = 想做什么；在第一份草稿之前封存
opt-project-project = 作品
opt-project-project-desc = 哪一件
opt-project-text = 内容
opt-project-intent-text-desc = 想表现什么、怎样表现
opt-project-note-text-desc = 你做了什么决定、试了什么、看到了什么
opt-project-operation = 操作
opt-project-operation-desc = 做了什么、用什么做的
opt-project-made-by = 谁做的
opt-project-made-by-desc = 图片或修改出自谁手
opt-project-of = 改自
opt-project-of-desc = 它改的是哪一张；不填则为你最近选定的候选
opt-project-country = 国家
opt-project-country-desc = 哪里的登记机构和法院
choice-made-by-hand = 我亲手
choice-made-by-model = 别的 AI 工具
choice-made-by-person = 别人
choice-made-by-unknown = 不清楚
project-opened = 已新建《{ $title }》，从现在起的创作都归入它。{ $intent ->
    [yes] 你的意图已在第一份草稿之前封存。
   *[no] 请用 `/作品 意图` 说明想做什么，最好在第一份草稿之前。
}
project-switched = 当前作品已切换为《{ $title }》。
project-intent-sealed = { $before ->
    [0] 你的意图已在第一份草稿之前封存。
   *[other] 你的意图已记录。在它之前已有 { NUMBER($before, useGrouping: 0) } 条构思，因此不能表明先有想法。
}
project-noted = 笔记已记录。
project-attached = 图片已作为外来素材记录，连同你的说明。
project-edited = 已记录为对 #{ NUMBER($number, useGrouping: 0) } 的修改：画面有 { $percent } % 不同{ $regions ->
    [1] ，集中在一处（{ NUMBER($width, useGrouping: 0) } × { NUMBER($height, useGrouping: 0) } 像素，位于 { NUMBER($left, useGrouping: 0) }, { NUMBER($top, useGrouping: 0) }）。
   *[other] ，共 { $regions } 处；最大的一处为 { NUMBER($width, useGrouping: 0) } × { NUMBER($height, useGrouping: 0) } 像素，位于 { NUMBER($left, useGrouping: 0) }, { NUMBER($top, useGrouping: 0) }。
}{ $resized ->
    [yes] 两张图尺寸不同，比较时缩放了较早的一张。
   *[no] { "" }
}
project-of-nothing = 不是修改：这是外来素材
project-finish-form = 完成的作品
project-finish-title = 标题
project-finish-claim = 你的主张
project-finish-claim-desc = 哪些部分出自你手，哪些由机器生成
project-finish-example = 构图和重画的天空是我的；船是生成的。
project-finished = 已记录：《{ $title }》完成，连同你的主张。`/作品 自查` 会说明还缺什么，`/证据 导出` 可取得文件。
project-listed = - 《{ $title }》 · { NUMBER($events, useGrouping: 0) } 个事件 · 始于 { $since }{ $current ->
    [yes] { " " }· 当前
   *[no] { "" }
}
project-listed-more = ……另有 { NUMBER($count, useGrouping: 0) } 件更早的作品。
project-holds = { $intents ->
    [0] 未说明意图
   *[other] 意图：{ NUMBER($intents, useGrouping: 0) }
} · 构思：{ NUMBER($briefs, useGrouping: 0) } · 候选：{ NUMBER($candidates, useGrouping: 0) } · 选定：{ NUMBER($choices, useGrouping: 0) } · 修改：{ NUMBER($edits, useGrouping: 0) } · 素材：{ NUMBER($uploads, useGrouping: 0) } · 笔记：{ NUMBER($notes, useGrouping: 0) } · { $statements ->
    [0] 未完成
   *[other] 已完成
}
    共 { NUMBER($events, useGrouping: 0) } 个事件，最近的是：
error-project-none = 你还没有作品。用 `/作品 新建` 开始一件，或者直接用 `/起稿`。
error-project-unknown = 你没有这件作品，没有任何改动；请从输入时出现的列表里选择。
error-project-erased = 这件作品的文字和图片已被删除，无法继续，没有任何改动。
error-attach-of = 这件作品里没有这张图片。没有记录；请从输入时出现的列表里选择，或者留空。
error-attach-unchanged = 这张图片与 #{ NUMBER($number, useGrouping: 0) } 没有差别，没有可记录的修改。没有记录；请附上改过的图片，或用“改自”指明它改的是哪一张。
error-text-empty = 里面没有文字，因此没有记录。请写几个词。
error-text-too-long = 内容有 { NUMBER($length, useGrouping: 0) } 个字符，上限是 { NUMBER($limit, useGrouping: 0) }。没有记录；你的原文已附上，可以缩短后再发。
