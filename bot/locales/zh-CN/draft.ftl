cmd-draft = 起稿
cmd-draft-desc = 用文字起草图片：1 到 4 个候选，由你选定
opt-draft-brief = 构思
opt-draft-brief-desc = 用自己的话说出想看到什么
opt-draft-style = 风格
opt-draft-style-desc = 草稿的样子
opt-draft-avoid = 避免
opt-draft-avoid-desc = 画面中不要出现什么
opt-draft-count = 数量
opt-draft-count-desc = 候选数量，1 到 4
opt-draft-seed = 种子
opt-draft-seed-desc = 第一个候选的种子，可再次画出同样的图
opt-draft-reference = 参考图
opt-draft-reference-desc = 从你自己的图片出发（PNG、JPEG 或 WebP）
opt-draft-strength = 强度
opt-draft-strength-desc = 草稿可以离你的图片多远，0.05 到 1
project-first-title = 第一件作品
draft-waiting = 你的构思已记录（#{ NUMBER($number, useGrouping: 0) }）。{ $ahead ->
    [0] 马上开始。
   *[other] 前面还有 { $ahead } 份草稿。
}
draft-making = 正在按构思 #{ NUMBER($number, useGrouping: 0) } 起稿 { $bar } { $percent } %
draft-preview-alt = 未完成的预览
draft-card-title = AI 生成的草稿
draft-avoid = 避免
draft-style = 风格
draft-model = 模型
draft-seeds = 种子
list-comma = 、
draft-drawn-from = 画的是
draft-nearest = { $thing }（最接近“{ $word }”）
draft-left-aside = 未采用（此模型不认识）：{ $words }
style-flat = 扁平
style-glossy = 光泽
style-ink = 墨线
style-soft = 柔和
style-rounded = 圆润
style-bold = 鲜明
style-outlined = 描边
draft-took = 用时
draft-seconds = { $seconds } 秒
draft-none = 都不要
draft-redo = 重画
draft-cancel = 取消
draft-chosen = 已选定候选 { $position }，未选的也已记录。
draft-none-chosen = 已记录：都不要。
draft-chosen-already = 这个选择已在记录中。
draft-why-title = 为什么这样选？
draft-why-label = 用自己的话写下理由
draft-why-kept = 你的理由已记录。
draft-cancelled = 草稿已取消。你的构思仍在记录中（#{ NUMBER($number, useGrouping: 0) }）。
draft-failed = 构思 #{ NUMBER($number, useGrouping: 0) } 没有出稿：模型出错（{ $reason }）。构思已保留；按“重画”再试。
draft-failed-nothing-known = 内置的小模型不认识这些词，因此没有画。构思已保留（#{ NUMBER($number, useGrouping: 0) }）。它认识约 1100 种事物：试试“猫”“夕阳下的蓝色帆船”或“红苹果”。
draft-failed-minors = 构思 #{ NUMBER($number, useGrouping: 0) } 没有起稿：这里在任何风格下都绝不绘制涉及未成年人的色情画面。构思和这次拒绝都已记录。如果不是这个意思，请换一种说法；如果认为拒绝有误，请用 `/申诉` 提出。
draft-failed-age-restricted = 构思 #{ NUMBER($number, useGrouping: 0) } 没有起稿：它要求色情内容，而本服务器已关闭此类内容。构思已保留；请换一种说法；如果认为拒绝有误，请用 `/申诉` 提出。
draft-failed-operator = 构思 #{ NUMBER($number, useGrouping: 0) } 没有起稿：其中有本社区不绘制的词。构思已保留；请换一种说法；如果认为拒绝有误，请用 `/申诉` 提出。
draft-failed-server = 构思 #{ NUMBER($number, useGrouping: 0) } 没有起稿：其中有{ $term ->
    [no] 本服务器版主不允许画的词
   *[other] 本服务器版主不允许画的词“{ $term }”
}。构思已保留；请换一种说法；如果认为拒绝有误，请用 `/申诉` 提出。
draft-failed-blocked = 构思 #{ NUMBER($number, useGrouping: 0) } 没有起稿：版主在此期间封禁了你，理由已私信告知。构思已保留；如果你认为不妥，请用 `/申诉` 提出。
draft-failed-withheld = 构思 #{ NUMBER($number, useGrouping: 0) } 的全部候选都被扣下：本服务器的图像检查发现了此处不允许的内容。构思已保留；请修改措辞；如果认为拒绝有误，请用 `/申诉` 提出。
draft-some-withheld = 有 { $count } 个候选被扣下：本服务器的图像检查发现了此处不允许的内容。
receipt-line = 回执 #{ NUMBER($number, useGrouping: 0) } · { $hash } · 账本 { NUMBER($size, useGrouping: 0) } · 根 { $root }
error-draft-erased = 这份草稿的文字和图片已被删除，无法再操作。请用 /起稿 重新开始。
