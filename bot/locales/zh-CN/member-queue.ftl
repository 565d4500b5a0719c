cmd-queue = 排队
cmd-queue-desc = 你还没出的草稿：排在第几、为什么、还要多久
cmd-cancel = 取消
cmd-cancel-desc = 停止你的一份草稿；构思仍在记录中
opt-cancel-draft = 草稿
opt-cancel-draft-desc = 哪一份；不填时，只有一份就取消它，否则由你选择
queue-empty = 你没有在等待或正在绘制的草稿。
queue-head = **你有 { $count } 份草稿还没出**
queue-more = ……另有 { $count } 份。
queue-cancel = 取消 #{ NUMBER($number, useGrouping: 0) }
queue-made = 已画好并记录，卡片马上就到
queue-drawing = 正在绘制
queue-next = 下一个就是
queue-others = 前面还有 { $ahead } 份；成员轮流进行
queue-loading = 绘图模型还在加载{ $ahead ->
    [0] {""}
   *[other] ，之后前面还有 { $ahead } 份
}
queue-away = 起稿服务暂时离开，恢复后会自动继续
queue-failed = 绘图模型出了故障，需要运营者处理
queue-time = 大约还要 { $amount } { $unit ->
    [seconds] 秒
   *[minutes] 分钟
}
queue-time-then = 之后大约 { $amount } { $unit ->
    [seconds] 秒
   *[minutes] 分钟
}
queue-time-longer = 比通常用时更长
queue-time-unknown = 还不知道要多久：这个模型在这里还没有完成过草稿
cancel-which = 要停止哪一份草稿？构思仍在记录中。
cancel-placeholder = 选择一份草稿
error-cancel-none-such = 你没有这样一份在等待或正在绘制的草稿。没有任何改动；可用 `/排队` 查看。
