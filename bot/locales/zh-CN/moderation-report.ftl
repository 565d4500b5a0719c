cmd-moderation-report = 报告
cmd-moderation-report-desc = 本服务器的使用情况图：只有数目，没有姓名
opt-moderation-report-days-desc = 截至今天的多少天；默认 30
moderation-report-title = 本服务器的使用情况，{ $first } 至 { $last }（UTC）
moderation-report-briefs = { NUMBER($members, useGrouping: 0) } 位成员的 { NUMBER($briefs, useGrouping: 0) } 个构思。
moderation-report-few = { $briefs ->
    [0] 没有构思。
   *[other] 共 { NUMBER($briefs, useGrouping: 0) } 个构思。
}活跃成员不足三位，因此只给出总数：再细分就会看出某个人做了什么。
moderation-report-count = { $name } { NUMBER($count, useGrouping: 0) }
moderation-report-by-outcome = 结果：{ $counts }。
moderation-report-by-operation = 按操作：{ $counts }。
moderation-report-by-rule = 按规则的拒绝：{ $counts }。
moderation-report-waited = 等待：一半不超过 { $median } 秒，九成不超过 { $most } 秒。
moderation-report-drew = 绘制：一半不超过 { $median } 秒，九成不超过 { $most } 秒。
moderation-report-answers = 回答：{ NUMBER($helpful, useGrouping: 0) } 票有帮助，{ NUMBER($unhelpful, useGrouping: 0) } 票没有帮助。
moderation-report-acts = 申诉 { NUMBER($appeals, useGrouping: 0) } 件，版主操作 { NUMBER($acts, useGrouping: 0) } 次。
moderation-report-outcome-delivered = 已交付
moderation-report-outcome-refused = 被拒绝
moderation-report-outcome-failed = 失败
moderation-report-outcome-cancelled = 已取消
moderation-report-outcome-under-way = 进行中
moderation-report-operation-text = 从文字
moderation-report-operation-image = 从图片
moderation-report-operations = 按操作
moderation-report-rules = 按规则的拒绝
moderation-report-numbers = 数字
moderation-report-weeks = 每条代表一周
moderation-report-table-alt = 数目的表格
