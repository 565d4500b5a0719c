cmd-evidence-timelapse = 过程
cmd-evidence-timelapse-desc = 把当前作品的创作过程做成短片和一览图
opt-timelapse-kind = 类型
opt-timelapse-kind-desc = 短片、一览图，或两者都要
choice-timelapse-film = 短片
choice-timelapse-sheet = 一览图
choice-timelapse-both = 两者都要
opt-timelapse-language = 语言
opt-timelapse-language-desc = 说明文字的语言，默认与你的一致
choice-timelapse-en = English
choice-timelapse-zh = 中文
evidence-timelapse = **{ $title }**的创作过程，依据账本截至 { NUMBER($size, useGrouping: 0) } 个事件的内容制作。它从账本取出一事已记录为 #{ NUMBER($number, useGrouping: 0) }。
    -# 其中有你的文字和图片，转发前请斟酌。它依据记录制作，但不是记录本身；如需举证，请用 `/evidence export`。
evidence-timelapse-film-alt = 短片：按账本顺序呈现作品的构思、候选、选定与修改
evidence-timelapse-sheet-alt = 一览图：按账本顺序呈现作品的构思、候选、选定与修改
error-timelapse-empty = 这件作品还没有绘制过图片，没有过程可以呈现。请先使用 `/draft`。
error-timelapse-long = 现在制作耗时过长，已经放弃。记录完整保留；请稍后再试，或只做一览图。
error-timelapse-large = 短片过大，无法发送，因此没有制作。记录完整保留；请改做一览图。
