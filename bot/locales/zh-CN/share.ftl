cmd-project-share = 共享
cmd-project-share-desc = 和别人一起创作当前作品
opt-share-member = 成员
opt-share-member-desc = 邀请谁；不填则查看谁在创作、谁邀请了你
share-offer = **{ $by }** 邀请 { $member } 一起创作《{ $title }》。
    加入的人以自己的化名记录。写下的内容始终归本人：本人确认之后，其他人才能打开；也只有本人能删除。
share-accept = 加入
share-decline = 谢谢，不了
share-asked = 已邀请 { $member }，由对方自己决定。对方加入之前，不会记录其任何内容。
share-asked-unheard = 已邀请 { $member }，但无法在这里或私信告知。对方可以用 `/作品 共享` 答复。
share-accepted = 你已加入，一起创作《{ $title }》，它现在是你的当前作品。你在其中所做的一切，都记在你自己的化名之下。
    在你于 `/作品 共享` 中按下“确认我的记录”之前，别人导出时打不开你的文字。
share-joined = { $member } 已加入。
share-declined = 你已谢绝，没有保留任何记录。
share-refused = 邀请已被谢绝。
share-stands = 《{ $title }》的作者：{ $makers ->
    [1] 只有你。
   *[other] 共 { $makers } 人。
}
share-maker = - { $who ->
    [you] 你
   *[other] <@{ $user }>
}：{ $confirmed ->
    [yes] 已确认自己的记录至 #{ NUMBER($number, useGrouping: 0) }
   *[no] 尚未确认自己的记录，别人打不开
}
share-stands-asked = - <@{ $user }>：已邀请，尚未答复
share-offered = 有人邀请你一起创作《{ $title }》（#{ NUMBER($number, useGrouping: 0) }）。
share-confirm = 确认我的记录
share-end = 结束共享
share-leave = 退出
share-confirmed = 你已确认自己至 #{ NUMBER($number, useGrouping: 0) } 为止的记录，包括笔记和记录中的账号。一起创作的人导出时都能打开它们。已被带走的内容无法收回；此后的内容在你再次确认之前仍不公开。
share-confirmed-already = 你的记录已全部确认，至 #{ NUMBER($number, useGrouping: 0) } 为止，没有新增记录。
share-ended = 你将独自继续《{ $title }》。{ $count ->
    [0] 不再邀请任何人。
   *[other] { $count } 人已退出；所做的一切留在记录里，文字仍归本人。
}
share-left = 你不再参与《{ $title }》。你所做的留在记录里；文字仍归你，随时可用 `/隐私 删除` 删除。
share-erase-note = • 与你一起创作的人的文字仍归他们。{ $owned ->
    [yes] 作品由你发起，删除后谁也无法继续。
   *[no] 他们会继续创作。
}
error-share-nobody = 不能邀请机器人，也不能邀请自己。没有记录；请选择其他成员。
error-share-not-owner = 只有发起这件作品的人才能邀请别人。没有记录。
error-share-already = 对方已经和你一起创作。没有记录。
error-share-many = 一件作品最多 { $limit } 人一起创作，已邀请的人也算在内。没有记录。
error-share-over = 这已不再有效：邀请已有答复，或共享已经结束。没有任何改动。
error-share-not-you = 这是给别人的邀请，没有任何改动。想自己创作，请用 `/作品 新建`。
event-share-offered = 邀请共享
event-share-accepted = 加入
event-share-confirmed = 确认自己的记录
event-share-ended = 共享结束
timeline-by-partner = 另一位作者
timeline-not-opened = 本人尚未确认
