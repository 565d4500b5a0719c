cmd-moderation = 版务
cmd-moderation-desc = 供版主使用；每次使用都会连同理由一起记录
cmd-moderation-export = 导出
cmd-moderation-export-desc = 把本服务器的记录导出为可自证的文件
cmd-moderation-open = 打开
cmd-moderation-open-desc = 打开某个事件的文字；会告知该成员
cmd-moderation-log = 记录
cmd-moderation-log-desc = 版主在本服务器做过什么、为什么
opt-moderation-reason = 理由
opt-moderation-reason-desc = 为什么；会被记录，相关成员也能看到
opt-moderation-member = 成员
opt-moderation-member-desc = 只限某一位成员
opt-moderation-channel = 频道
opt-moderation-channel-desc = 只限某一个频道
opt-moderation-since = 开始
opt-moderation-since-desc = 从这一天或这一刻起（如 2026-11-23，UTC）
opt-moderation-until = 截止
opt-moderation-until-desc = 到这一天或这一刻为止（如 2026-11-23，UTC）
opt-moderation-format = 格式
opt-moderation-format-desc = 要哪些文件；不填则全部都要
opt-moderation-words = 含文字
opt-moderation-words-desc = 同时打开成员写的内容；会告知他们
opt-moderation-hold-days = 暂缓天数
opt-moderation-hold-days-desc = 过多少天之后才告知成员
opt-moderation-hold-reason = 暂缓理由
opt-moderation-hold-reason-desc = 为什么现在还不能告知他们
opt-moderation-number = 编号
opt-moderation-number-desc = 卡片或回执上 # 后面的数字，或导出文件中的 seq
opt-moderation-before = 早于
opt-moderation-before-desc = 只看这个编号之前的记录
choice-moderation-all = 全部
choice-moderation-csv = 电子表格（CSV）
moderation-exported = 共 { NUMBER($projects, useGrouping: 0) } 件作品的 { NUMBER($rows, useGrouping: 0) } 个事件，{ $refusals ->
    [0] 没有被拒绝或失败的
   *[other] 其中 { NUMBER($refusals, useGrouping: 0) } 个被拒绝或失败
}。{ $words ->
    [yes] 文字已打开，会告知相关成员。
   *[no] 文字仍然封存；可用 `/版务 打开` 打开某个事件的文字。
}已记为 #{ NUMBER($number, useGrouping: 0) }，连同你的理由和文件的 SHA-256：
    ```
    { $sha256 }
    colophon verify { $name } --vkey { $vkey }
    ```
    -# 成员可以用 `/隐私 谁看过` 看到这次导出。理由不再成立时，请删除该文件。
moderation-opened = 已打开 <@{ $member }> 的 **#{ NUMBER($number, useGrouping: 0) } { $kind }**，并连同你的理由记为 #{ NUMBER($receipt, useGrouping: 0) }。
moderation-log-head = **版主在这里做过什么**
moderation-log-empty = 还没有版主在这里做过什么。
moderation-log-older = -# 更早的记录：`/版务 记录 早于:{ NUMBER($number, useGrouping: 0) }`
moderation-did = 做了一件此版本无法描述的事
moderation-told-later = ，稍后告知成员
moderation-did-open = 打开了{ $about ->
    [no] {""}
   *[other] {" "}<@{ $member }> 的
} #{ NUMBER($event, useGrouping: 0) } 的文字
moderation-did-export = 导出了{ $about ->
    [no] {""}
   *[other] {" "}<@{ $member }> 的
} { NUMBER($rows, useGrouping: 0) } 个事件（{ $words ->
    [yes] 含文字
   *[no] 不含文字
}）
moderation-notice = { $placed ->
    [no] 版主
   *[other] **{ $server }** 的版主
} <@{ $who }> { $did }。对方给出的理由：{ $reason }{ $delayed ->
    [no] {""}
   *[yes] 。到现在才告知你，是因为：{ $held }
}
    { $own ->
    [yes] -# 此事已记在你的作品里，编号 #{ NUMBER($number, useGrouping: 0) }。用 `/隐私 谁看过` 可查看全部；用 `/隐私 删除` 可删除你的文字。
    [settled] -# 此事已记入账本，编号 #{ NUMBER($number, useGrouping: 0) }，该服务器的每位版主都能看到；也记在你的申诉之下。
   *[no] -# 此事已记入账本，编号 #{ NUMBER($number, useGrouping: 0) }，该服务器的每位版主都能看到。如果你认为不妥，请用 `/申诉` 提出。
}
moderation-notice-open = 打开了你的 #{ NUMBER($event, useGrouping: 0) } 的文字
moderation-notice-words = 导出了你在那里的记录，包括你写的文字
moderation-notice-export = 导出了你在那里的记录，不包括你写的文字
moderation-notice-other = 在那里做了一件与你有关的事
error-moderation-not-allowed = 这项功能仅供服务器的版主使用，即有管理服务器权限的人，或拥有运营者指定身份组的人。没有执行或记录任何内容。
error-moderation-reason = 请用 { NUMBER($low, useGrouping: 0) } 到 { NUMBER($high, useGrouping: 0) } 个字写明理由：它会被记录，相关成员也会看到。没有执行或记录任何内容。
error-moderation-time = “{ $text }”不是日期或时间。请写成 `2026-11-23` 或 `2026-11-23 14:30`（UTC）。没有执行或记录任何内容。
error-moderation-span = 截止时间早于开始时间，其中不会有任何内容。没有执行或记录任何内容。
error-moderation-hold = 暂缓告知须同时给出天数（{ NUMBER($low, useGrouping: 0) } 到 { NUMBER($high, useGrouping: 0) }）和理由。没有执行或记录任何内容。
error-moderation-format = 没有这种格式。没有执行或记录任何内容；不填则全部都要。
error-moderation-nothing = 本服务器没有符合条件的事件，因此没有文件，也没有记录。请放宽时间范围或减少筛选条件。
error-moderation-large = 文件会有 { $size } MiB，而这里最多只能发送 { NUMBER($limit, useGrouping: 0) } MiB。文件已删除，没有留下记录；请用“开始”和“截止”缩小范围，或只要一种格式。
error-moderation-unknown = 本服务器没有 #{ NUMBER($number, useGrouping: 0) } 这个事件，因此没有执行或记录任何内容。编号在卡片上 # 的后面，导出文件里也有。
error-moderation-wordless = #{ NUMBER($number, useGrouping: 0) } 没有文字，或文字已被删除。没有执行或记录任何内容。
