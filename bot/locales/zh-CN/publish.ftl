cmd-publish = 发布
cmd-publish-desc = 把完成的作品展示给大家
opt-publish-project = 作品
opt-publish-project-desc = 哪一件；不填则为当前作品
opt-publish-licence = 许可
opt-publish-licence-desc = 别人可以怎样使用；不填则不许可任何使用
opt-publish-picture = 图片
opt-publish-picture-desc = 哪一张；不填则为最近的修改或选定
opt-publish-name = 署名
opt-publish-name-desc = 以什么名字展示
choice-publish-arr = 保留所有权利
choice-publish-own = 自己的说法
choice-publish-display = 我在这里的名字
choice-publish-pseudonym = 我在记录里的化名
publish-preview = 这就是将在 <#{ $channel }> 展示的样子，目前尚未展示。展示之后别人可以保存副本，已给出的许可也无法从他们手中收回。首次公开会在任何人看到之前连同时间记录在案。{ $own ->
    [yes] 接下来会请你填写自己的许可条件。
   *[no] { "" }
}
publish-button = 发布
publish-by = 作者：{ $name }{ $more ->
    [0] { "" }
   *[other] { " " }等 { $more } 位合作者
}
publish-made = 创作经过
publish-did = 人写了 { NUMBER($briefs, useGrouping: 0) } 条构思，在模型画出的 { NUMBER($candidates, useGrouping: 0) } 张图里取舍 { NUMBER($choices, useGrouping: 0) } 次，带回亲手所作的修改 { NUMBER($edits, useGrouping: 0) } 处。
publish-licence = 许可
publish-licence-arr = 保留所有权利
publish-licence-by = CC BY 4.0：署名即可使用和改作
publish-licence-by-sa = CC BY-SA 4.0：署名，并以相同方式共享
publish-licence-by-nc = CC BY-NC 4.0：署名，不得用于商业目的
publish-licence-zero = CC0 1.0：放弃一切权利
publish-licence-asked = 你自己的说法
publish-label = 标识
publish-label-ai = 人工智能生成合成内容（中国 GB 45438-2025）；由人工智能生成或操纵（欧盟《人工智能法》第 50 条）。文件内带有机器可读的标识和内容凭证。
publish-done = 已展示：{ $link }
publish-already = 早已展示：{ $link } 没有新增记录。
publish-withdraw = 撤下
publish-withdrawn = 已撤下，并已记录。曾经展示过以及何时展示，仍留在你的记录里。
publish-withdrawn-left = 已记录为撤下，但无法删除那条消息。请让管理员删除。
publish-terms-form = 你自己的许可条件
publish-terms-label = 别人可以怎样使用
publish-terms-label-desc = 随作品展示，并记录在案
error-publish-unfinished = 作品尚未完成。没有记录，也没有展示；请先用 `/作品 完成` 写明标题和你的主张，再发布。
error-publish-picture = 没有可展示的这张图片：它必须是选定过的候选或其修改，且未被删除。没有记录，也没有展示；请从输入时出现的列表里选择。
error-publish-unconfirmed = 这件作品由多人一起创作，还有人没有确认自己的记录。没有记录，也没有展示；请各自在 `/作品 共享` 中确认。
error-publish-direct = 作品要在服务器里展示。没有记录，也没有展示；请在服务器里使用这个命令。
error-publish-closed = 我无权在 <#{ $channel }> 发布图片，因此没有展示。已记录为 #{ NUMBER($number, useGrouping: 0) }；管理员放行之后再按“发布”即可，仍是同一条记录。
error-publish-away = 聊天平台没有收下这条消息，因此可能没有展示。已记录为 #{ NUMBER($number, useGrouping: 0) }；稍后再按“发布”即可，仍是同一条记录。
error-publish-not-yours = 没有你的这件展示。没有任何改动。
error-publish-down = 它早已撤下。没有任何改动。
event-piece-published = 即将公开
event-piece-shown = 已公开
event-piece-withdrawn = 已撤下
project-check-there-published = 首次公开（{ $events }）。
