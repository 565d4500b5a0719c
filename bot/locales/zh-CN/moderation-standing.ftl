cmd-moderation-block = 封禁
cmd-moderation-block-desc = 不再让某成员在此创作；会告知对方理由
cmd-moderation-suspend = 暂停
cmd-moderation-suspend-desc = 封禁某成员若干天；会告知对方理由
cmd-moderation-unblock = 解封
cmd-moderation-unblock-desc = 让被封禁或暂停的成员重新创作
opt-moderation-whom-desc = 哪位成员
opt-moderation-told-reason-desc = 为什么；会被记录，该成员也会看到
opt-moderation-end-desc = 最后一天，如 2026-12-24（UTC）；不填则直到解封
opt-moderation-days = 天数
opt-moderation-days-desc = 从现在起多少天
moderation-blocked = <@{ $member }> { $until ->
    [no] 在解封之前
   *[other] 在 { $until } 之前
}不能在此用 Colophon 创作；已连同你的理由告知对方。对方的记录仍可由其查看、导出和删除。排队中的草稿不会再画。已记为 #{ NUMBER($number, useGrouping: 0) }。
moderation-unblocked = <@{ $member }> 可以重新在此用 Colophon 创作，已告知对方。已记为 #{ NUMBER($number, useGrouping: 0) }。
moderation-did-block = 封禁了{ $about ->
    [no] 一位已删除自己记录的成员
   *[other] {" "}<@{ $member }>
}{ $until ->
    [no] ，直到解封
   *[other] ，到 { $until } 为止
}
moderation-did-unblock = 解除了对{ $about ->
    [no] 一位已删除自己记录的成员
   *[other] {" "}<@{ $member }>{" "}
}的封禁
moderation-notice-block = 禁止你在那里用 Colophon 创作{ $until ->
    [no] ，直到对方解封
   *[other] ，到 { $until } 为止
}；你的记录仍可由你查看、导出和删除
moderation-notice-unblock = 解除了对你的封禁：你可以重新在那里用 Colophon 创作
error-blocked = 版主已禁止你{ $place ->
    [here] 在本服务器
   *[elsewhere] 在你当前作品开始的服务器
}用 Colophon 创作{ $until ->
    [no] ，直到对方解封
   *[other] ，到 { $until } 为止
}。对方给出的理由：{ $reason }（#{ NUMBER($number, useGrouping: 0) }）。没有记录任何内容。属于你的仍然向你开放：`/作品 查看`、`/证据`、`/隐私`。如果你认为不妥，请用 `/申诉` 提出。
error-moderation-past = 这一天已经过去了。没有执行或记录任何内容；请填更晚的日期，或者不填。
error-moderation-oneself = 不能封禁自己：如果想停止记录，请用 `/隐私 暂停`。没有执行或记录任何内容。
error-moderation-bot = 机器人不会用 Colophon 创作，没有可封禁的。没有执行或记录任何内容。
error-moderation-colleague = <@{ $member }> 也是本服务器的版主，版主之间不能互相封禁：请先撤去对方的身份组。没有执行或记录任何内容。
error-moderation-not-blocked = <@{ $member }> 在这里没有被封禁，因此没有执行或记录任何内容。
privacy-blocked = • 版主已禁止你在本服务器用 Colophon 创作{ $until ->
    [no] ，直到对方解封
   *[other] ，到 { $until } 为止
}：{ $reason }（#{ NUMBER($number, useGrouping: 0) }）。为此保存的只有账本中的这次操作及其理由，以及只有本运营者才能由你的账号算出的散列值；即使你删除全部内容，它也最多再保留一年。
moderation-blocked-now = 目前被封禁：{ NUMBER($count, useGrouping: 0) } 人
moderation-blocked-line = { $whom }{ $until ->
    [no] ，直到解封
   *[other] ，到 { $until } 为止
}（#{ NUMBER($number, useGrouping: 0) }）
