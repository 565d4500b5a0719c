cmd-moderation-terms = 词语
cmd-moderation-terms-desc = 本服务器不画的词：查看、添加或移除
cmd-moderation-limits = 限额
cmd-moderation-limits-desc = 成员可以起稿多少：查看、设定或取消限额
cmd-moderation-settings = 设置
cmd-moderation-settings-desc = Colophon 在本服务器如何运行：查看或更改
opt-moderation-change-reason-desc = 为什么；更改时必填，会被记录
opt-moderation-add = 添加
opt-moderation-add-desc = 构思中不得出现的词
opt-moderation-remove = 移除
opt-moderation-remove-desc = 重新允许的词
opt-moderation-role = 身份组
opt-moderation-role-desc = 针对某个身份组；身份组和成员都不填则针对所有人
opt-moderation-limit-member-desc = 针对某位成员（会告知对方）；优先于其身份组
opt-moderation-day = 每日草稿
opt-moderation-day-desc = 24 小时内的草稿数
opt-moderation-count = 候选数
opt-moderation-count-desc = 一次起稿的候选数
opt-moderation-size = 上传大小
opt-moderation-size-desc = 可发送的最大图片，单位 MiB
opt-moderation-queue = 同时数
opt-moderation-queue-desc = 同时排队或进行中的草稿数
opt-moderation-lift = 取消
opt-moderation-lift-desc = 要取消的限额
opt-moderation-drafting = 起稿频道
opt-moderation-drafting-desc = 成员可在此起稿；再次填写则取消
opt-moderation-showcase = 展示频道
opt-moderation-showcase-desc = 展示完成作品的频道
opt-moderation-witness = 见证频道
opt-moderation-witness-desc = 让所有人看到账本检查点的频道
opt-moderation-exporter = 导出身份组
opt-moderation-exporter-desc = 可以导出、打开并查看记录的身份组；再次填写则取消
opt-moderation-keep-days = 保留天数
opt-moderation-keep-days-desc = 作品最后一次操作之后，过多少天删除
opt-moderation-age-restricted = 年龄限制
opt-moderation-age-restricted-desc = 是否在有年龄限制的频道起稿
opt-moderation-reset = 重置
opt-moderation-reset-desc = 要恢复默认的设置
choice-moderation-day = 每日草稿数
choice-moderation-count = 候选数
choice-moderation-size = 上传大小
choice-moderation-queue = 同时进行的草稿数
choice-moderation-channels = 起稿频道
choice-moderation-showcase = 展示频道
choice-moderation-witness = 见证频道
choice-moderation-exporters = 导出身份组
choice-moderation-retention = 保留期限
moderation-everyone = 所有人
moderation-somebody = 一位已删除自己记录的成员
moderation-yes = 是
moderation-no = 否
moderation-days = { NUMBER($days, useGrouping: 0) } 天
moderation-limit-day = { $limit ->
    [-1] 不限每日草稿数
   *[other] 每日 { NUMBER($limit, useGrouping: 0) } 份草稿
}
moderation-limit-count = { $limit ->
    [-1] 不限候选数
   *[other] 每次 { NUMBER($limit, useGrouping: 0) } 个候选
}
moderation-limit-size = { $limit ->
    [-1] 不限上传大小
   *[other] 上传不超过 { NUMBER($limit, useGrouping: 0) } MiB
}
moderation-limit-queue = { $limit ->
    [-1] 不限同时进行的草稿数
   *[other] 同时最多 { NUMBER($limit, useGrouping: 0) } 份草稿
}
moderation-left-day = 每日草稿：{ NUMBER($limit, useGrouping: 0) } 份中还剩 { NUMBER($left, useGrouping: 0) } 份{ $free ->
    [no] {""}
   *[other] ，下一份 { $free } 可用
}
moderation-left-count = 每次候选：最多 { NUMBER($limit, useGrouping: 0) } 个
moderation-left-size = 发送的图片：最大 { NUMBER($limit, useGrouping: 0) } MiB
moderation-left-queue = 同时进行的草稿：{ NUMBER($limit, useGrouping: 0) } 个位置中空 { NUMBER($left, useGrouping: 0) } 个
moderation-left-head = **<@{ $member }> 目前还剩**
moderation-left-none = <@{ $member }> 没有任何限额。
moderation-limited = 限额（{ $subject }）：{ $limits }{ $about ->
    [yes] 。已告知对方
   *[no] {""}
}。已记为 #{ NUMBER($number, useGrouping: 0) }。
moderation-limits-none = 本服务器没有设定自己的限额。
moderation-limits-head = **本服务器的限额** — 成员自己的优先，其次是其身份组中最宽松的，最后是所有人的
moderation-limits-more = -# 还有更多；`/版务 限额 成员:` 可查看对某位成员有效的限额。
moderation-terms-none = 本服务器没有自己的词语。任何地方都不画的内容，这里也不画。
moderation-terms-head = **这里不画的词共 { NUMBER($count, useGrouping: 0) } 个**（任何地方都不画的内容除外）
moderation-term-added = 从现在起这里不画“{ $term }”；写了它的人会得知，也会知道如何申诉。已记为 #{ NUMBER($number, useGrouping: 0) }。
moderation-term-removed = 这里可以重新画“{ $term }”。已记为 #{ NUMBER($number, useGrouping: 0) }。
moderation-settings-title = 本服务器的 Colophon
moderation-settings-changed = 已更改并记录：{ $numbers }
moderation-setting-channels = 成员起稿的频道
moderation-setting-age-restricted = 在有年龄限制的频道起稿
moderation-setting-showcase-channel = 展示频道
moderation-setting-witness-channel = 见证频道
moderation-setting-exporters = 除管理服务器的人之外，可以查看记录的身份组
moderation-setting-keep-days = 作品在最后一次操作之后保留
moderation-none-channels = 所有频道
moderation-none-showcase-channel = 无
moderation-none-witness-channel = 本服务器没有自己的
moderation-none-exporters = 无
moderation-none-keep-days = 直到其所有者删除
moderation-keep-operator = { NUMBER($days, useGrouping: 0) } 天（运营者的规则）
moderation-keep-from = { $date } 之前不会按此规则删除任何内容；在此之前成员可以带走自己的记录：请告知他们。
moderation-did-limits = 设定了限额（{ $subject }）：{ $limits }
moderation-did-term-added = 把“{ $term }”列入不画的词
moderation-did-term-removed = 把“{ $term }”移出不画的词
moderation-did-settings = 更改了设置。{ $setting }：{ $value }（之前：{ $before }）
moderation-notice-limits = 为你在那里设定了限额：{ $limits }
error-limit-day = { $limit ->
    [0] 你在本服务器每日没有草稿额度
   *[other] 你在本服务器每日有 { NUMBER($limit, useGrouping: 0) } 份草稿，已全部用完
}。{ $free ->
    [no] {""}
   *[other] 下一份在 { $free } 可用。
}没有记录任何内容；附上你的构思，以免丢失。
error-limit-count = 在本服务器你一次最多可以要 { NUMBER($limit, useGrouping: 0) } 个候选。没有记录任何内容；附上你的构思：请减少数量后重新发送。
error-limit-size = 在本服务器你最多可以发送 { NUMBER($limit, useGrouping: 0) } MiB 的图片。没有记录任何内容；附上你的构思：请换一张较小的图片后重新发送。
error-limit-queue = { $limit ->
    [0] 你在本服务器的队列中没有草稿额度
   *[other] 你在本服务器的队列中已有 { NUMBER($limit, useGrouping: 0) } 份草稿，同时不能更多
}。没有记录任何内容；附上你的构思：请等一份草稿完成或取消一份后重新发送。
error-place-channel = 在本服务器请到 { $channels } 起稿。没有记录任何内容；附上你的构思：请在那里发送。
error-place-age-restricted = 在本服务器，有年龄限制的频道里不起稿。没有记录任何内容；附上你的构思：请在其他频道发送。
error-moderation-term = 词语最多 { NUMBER($high, useGrouping: 0) } 个字，要有意义；拉丁字母至少 { NUMBER($low, useGrouping: 0) } 个。没有执行或记录任何内容。
error-moderation-one-term = 请一次只添加或移除一个词。没有执行或记录任何内容。
error-moderation-terms-full = 列表已满：最多 { NUMBER($limit, useGrouping: 0) } 个词。没有执行或记录任何内容；请先移除一个。
error-moderation-term-known = 这个词已在列表中。没有执行或记录任何内容。
error-moderation-term-not = 这个词不在列表中。没有执行或记录任何内容。
error-moderation-one-subject = 请一次只为一个身份组或一位成员设定限额。没有执行或记录任何内容。
error-moderation-lift = 没有这样的限额。没有执行或记录任何内容。
error-moderation-too-many = 最多可以选 { NUMBER($limit, useGrouping: 0) } 个。没有执行或记录任何内容；请先取消一个。
error-moderation-unchanged = 现在就是这样。没有执行或记录任何内容。
error-moderation-keep-days = 运营者最多保留 { NUMBER($limit, useGrouping: 0) } 天。没有执行或记录任何内容；请填更少的天数。
