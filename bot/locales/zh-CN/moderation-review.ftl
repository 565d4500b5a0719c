cmd-moderation-review = 审阅
cmd-moderation-review-desc = 待决定的申诉、被拒的构思、没有帮助的回答
opt-moderation-show = 显示
opt-moderation-show-desc = 哪份清单；不填则为申诉
choice-moderation-appeals = 申诉
choice-moderation-refused = 被拒的构思
choice-moderation-answers = 没有帮助的回答
moderation-review-appeals = 申诉：{ $open ->
    [0] 没有待决定的
   *[other] { NUMBER($open, useGrouping: 0) } 件待决定
}
moderation-review-appeals-none = 这里还没有人提出申诉。
moderation-review-appeals-foot = 被申诉的构思本身：/版务 打开
moderation-review-refused = 被拒的构思
moderation-review-refused-none = 这里没有构思被拒绝。
moderation-review-refused-foot = 文字用 /版务 打开 查看，会告知该成员
moderation-review-answers = 没有帮助的回答
moderation-review-answers-none = 这里没有人对回答投反对票。
moderation-review-answers-foot = 投票不记名
moderation-review-place = 第 { NUMBER($page, useGrouping: 0) } 页，共 { NUMBER($pages, useGrouping: 0) } 页 · { $foot }
moderation-review-back = 上一页
moderation-review-on = 下一页
moderation-appeal = **#{ NUMBER($number, useGrouping: 0) }** { $what ->
    [block] 对 { $member } 的封禁
   *[brief] { $member } 的构思，{ $rule }
} · 申诉于 { $when }
moderation-appeal-decided = → { $state ->
    [granted] 已获准
    [upheld] 维持原决定
   *[answered] 已答复
} { $when }（#{ NUMBER($number, useGrouping: 0) }）
moderation-decide-grant = 准许 #{ NUMBER($number, useGrouping: 0) }
moderation-decide-uphold = 维持 #{ NUMBER($number, useGrouping: 0) }
moderation-decide-answer = 答复 #{ NUMBER($number, useGrouping: 0) }
moderation-decide-title-grant = 准许对 #{ NUMBER($number, useGrouping: 0) } 的申诉
moderation-decide-title-uphold = 维持 #{ NUMBER($number, useGrouping: 0) }
moderation-decide-title-answer = 答复对 #{ NUMBER($number, useGrouping: 0) } 的申诉
moderation-decide-label = 理由；该成员会看到
moderation-decided = { $state ->
    [granted] 已准许对 #{ NUMBER($number, useGrouping: 0) } 的申诉：{ $what ->
        [block] 封禁已解除
       *[brief] 该成员可以再次发送同样的文字，会画一次
    }
    [upheld] 已维持 #{ NUMBER($number, useGrouping: 0) }
   *[answered] 已答复对 #{ NUMBER($number, useGrouping: 0) } 的申诉
}。你的理由会告知该成员。已记为 #{ NUMBER($receipt, useGrouping: 0) }。
moderation-refused-line = `#{ NUMBER($number, useGrouping: 0) }` { $when } · { $member } · { $rule }{ $appealed ->
    [open] {" "}· **已申诉**
    [granted] {" "}· 申诉获准
    [upheld] {" "}· 已申诉，维持原决定
    [answered] {" "}· 申诉已答复
   *[no] {""}
}
moderation-answer-line = [一个回答]({ $link })：{ NUMBER($unhelpful, useGrouping: 0) } 票反对，{ NUMBER($helpful, useGrouping: 0) } 票赞成 · { $facts }{ $reasons ->
    [no] {""}
   *[other] {" "}· { $reasons }
}
moderation-did-appeal-granted = 准许了{ $about ->
    [no] 一位已删除自己记录的成员
   *[other] {" "}<@{ $member }>{" "}
}对 #{ NUMBER($event, useGrouping: 0) } 的申诉{ $what ->
    [block] ：封禁已解除
   *[brief] ：构思可以再发送一次
}
moderation-did-appeal-upheld = 驳回了{ $about ->
    [no] 一位已删除自己记录的成员
   *[other] {" "}<@{ $member }>{" "}
}对 #{ NUMBER($event, useGrouping: 0) } 的申诉，维持原决定
moderation-did-appeal-answered = 答复了{ $about ->
    [no] 一位已删除自己记录的成员
   *[other] {" "}<@{ $member }>{" "}
}对 #{ NUMBER($event, useGrouping: 0) } 的申诉
moderation-notice-appeal-granted = 准许了你对 #{ NUMBER($event, useGrouping: 0) } 的申诉：{ $what ->
    [block] 你可以重新在那里用 Colophon 创作
   *[brief] 请再次发送同样的文字（在原卡片上按“重画”，或重新发送），这一次会画
}
moderation-notice-appeal-upheld = 看过了你对 #{ NUMBER($event, useGrouping: 0) } 的申诉，{ $what ->
    [block] 封禁维持不变
   *[brief] 拒绝维持不变
}
moderation-notice-appeal-answered = 答复了你对 #{ NUMBER($event, useGrouping: 0) } 的申诉；{ $what ->
    [block] 封禁维持不变
   *[brief] 这条规则没有版主可以免除
}
error-moderation-no-appeal = 本服务器没有对 #{ NUMBER($number, useGrouping: 0) } 的申诉，因此没有执行或记录任何内容。
error-moderation-decided = 对 #{ NUMBER($number, useGrouping: 0) } 的申诉{ $state ->
    [open] 不能这样决定：这条规则没有版主可以免除
    [granted] 已由他人先决定：已准许
    [upheld] 已由他人先决定：维持 #{ NUMBER($number, useGrouping: 0) }
    [answered] 已由他人先答复
   *[withdrawn] 已结束：该成员删除了它
}。这次没有执行或记录任何内容；`/版务 记录` 中有决定者和理由。
