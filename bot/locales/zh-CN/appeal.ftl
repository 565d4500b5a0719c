cmd-appeal = 申诉
cmd-appeal-desc = 说明某次拒绝或封禁为何不妥，由版主决定
opt-appeal-text = 内容
opt-appeal-text-desc = 用自己的话说明原因；会被记录，版主会看到
opt-appeal-about = 针对
opt-appeal-about-desc = 针对哪次拒绝或封禁；不填则为最近一次
appeal-button = 申诉
appeal-title = 对 #{ NUMBER($number, useGrouping: 0) } 的申诉
appeal-label = 为什么不妥？
appeal-label-desc = 会被记录，版主会看到；每次拒绝或封禁只能申诉一次。
appeal-choice-block = #{ NUMBER($number, useGrouping: 0) } · 你已被封禁
appeal-choice-brief = #{ NUMBER($number, useGrouping: 0) } · 未画：{ $rule } · { $day }
appeal-taken = 你对 #{ NUMBER($number, useGrouping: 0) } 的申诉已记录。服务器的版主会看到你写的话，并由其中一位决定；结果和理由会私信告诉你。{ $kind ->
    [block] 如果对方同意你的看法，封禁就会解除。
    [waivable] 如果对方同意你的看法，你再次发送同样的文字时会画一次。
   *[answer] 这条规则没有版主可以免除，但版主可以答复你。你说的话会留在记录中。
}
moderation-rule-minors = 涉及未成年人的色情
moderation-rule-age-restricted = 色情内容
moderation-rule-operator = 运营者的词表
moderation-rule-server = 本服务器的词表
moderation-rule-withheld = 图片检查
moderation-rule-blocked = 成员被封禁
error-appeal-nothing = 这里没有可申诉的内容：没有尚未申诉的被拒构思，也没有封禁。没有记录任何内容。
error-appeal-unknown = #{ NUMBER($number, useGrouping: 0) } 不是对你的拒绝，也不是仍然有效的封禁，因此没有记录。编号在卡片或消息中 # 的后面；“针对”会列出你可以申诉的内容。
error-appeal-made = 你已经对 #{ NUMBER($number, useGrouping: 0) } 提出过申诉（#{ NUMBER($appeal, useGrouping: 0) }），每次只能申诉一回。{ $state ->
    [open] 版主还没有决定；决定之后会私信告诉你。
    [granted] 申诉已获准。
    [upheld] 原决定维持不变。
    [answered] 版主已经答复。
   *[withdrawn] 申诉的文字已被删除，申诉因此结束。
}没有新的记录。
