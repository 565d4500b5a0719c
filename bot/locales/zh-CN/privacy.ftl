cmd-privacy = 隐私
cmd-privacy-desc = 你的记录，由你做主
cmd-privacy-show = 查看
cmd-privacy-show-desc = 保存了你的哪些内容、为什么
cmd-privacy-export = 导出
cmd-privacy-export-desc = 把你的全部记录导出为一个文件
cmd-privacy-pause = 暂停
cmd-privacy-pause-desc = 停止记录；在你再次同意之前也不会起稿
cmd-privacy-who-looked = 谁看过
cmd-privacy-who-looked-desc = 谁在何时、为何打开或导出过你的文字
cmd-privacy-erase = 删除
cmd-privacy-erase-desc = 删除你的文字和图片；会先说明后果
opt-privacy-what = 范围
opt-privacy-what-desc = 单项记录、当前作品，或全部
choice-privacy-project = 当前作品
choice-privacy-all = 全部
privacy-shown = **保存了你的哪些内容**
    { $projects ->
        [0] 没有：你在这里没有作品。
       *[other] { NUMBER($projects, useGrouping: 0) } 件作品，共 { NUMBER($events, useGrouping: 0) } 个事件、{ NUMBER($pictures, useGrouping: 0) } 张图片，自 { $since } 起。
    }
    • 为什么：这是你的创作证据。提示词、参数、上传的图片和选择连同时间一起记录。
    • 在哪里：在本运营者的机器上。文字按作品用你自己的密钥加密；`/提问` 的问题不作记录。
    • 谁能看：你自己。版主只看得到数量和时间；打开你的文字须说明理由并留下记录，你可以用 `/隐私 谁看过` 查看。
    • 保存多久：{ $days ->
        [0] 直到你删除为止。
       *[other] 直到你删除为止；或在一件作品里最后一次操作满 { NUMBER($days, useGrouping: 0) } 天之后。
    }
    • { $agreed ->
        [yes] 你已同意记录。`/隐私 暂停` 可撤回同意。
       *[no] 目前没有在记录。
    }
    -# `/隐私 导出` 取走全部内容，`/隐私 删除` 删除它们。
privacy-export-title = 你的全部作品
privacy-nothing = 这里没有保存你的任何内容，无需操作。
privacy-paused = 从现在起不再为你记录或起稿。已保存的内容仍然保留，可用 `/隐私 删除` 删除。想继续时，使用任意命令并再次同意即可。
privacy-nobody-looked = 没有人导出或打开过你的文字。
privacy-who-looked = 你的文字被导出或打开过 { NUMBER($count, useGrouping: 0) } 次：
privacy-look = { $who ->
    [owner] 你本人
    [maker] 与你一起创作的人
    [operator] 运营者
    [moderator] 版主 <@{ $person }>
   *[other] { $who }
}{ $act ->
    [opened] 在此打开
   *[exported] 导出
}
privacy-reason-replay = 为重新生成并比对一张候选
privacy-looks-more = ……另有 { NUMBER($count, useGrouping: 0) } 次，全部列在你的导出文件里。
privacy-erase-explained = **要删除{ $what ->
        [all] 你的全部内容
       *[project] 《{ $title }》
    }吗？**
    共 { NUMBER($projects, useGrouping: 0) } 件作品：文字的密钥将被销毁，图片将被删除，任何人都无法恢复，运营者也不能。
    • 账本里还留下：曾有记录并已删除这一事实、时间和一个随机代号；没有文字，没有图片。
    • 之后无法再用它证明创作。你已导出的文件依然有效：请先用 `/隐私 导出` 留一份。
    • 运营者对密钥文件的备份会自行过期；在那之前仍可能打开你的文字。
privacy-erase-button = 永久删除
privacy-erased = 已删除 { NUMBER($projects, useGrouping: 0) } 件作品。账本里只留下：{ $numbers }。
opt-privacy-number = 编号
opt-privacy-number-desc = 仅用于单项记录：回执上 # 后面的数字
choice-privacy-act = 单项记录
error-erase-number = 请说明是哪一项记录：编号在回执上 # 的后面。没有删除任何内容。
error-erase-unknown = 你的记录里没有 #{ NUMBER($number, useGrouping: 0) }，因此没有删除任何内容。编号在回执上 # 的后面。
error-erase-done = #{ NUMBER($number, useGrouping: 0) } 的文字早已删除。
privacy-erase-act-explained = **要删除 #{ NUMBER($number, useGrouping: 0) } 的文字吗？** 你在这一项里写的内容（以及其中的图片）将被删除，任何人都无法恢复，运营者也不能。
    • 账本里还留下：曾有这一项记录、时间，以及它已被删除。作品的其余部分不变，仍可验证。
    • 查看你证据的人会看到这处空缺。你已导出的文件依然有效。
privacy-act-erased = 已删除 #{ NUMBER($number, useGrouping: 0) }。账本以 #{ NUMBER($receipt, useGrouping: 0) } 记下此事。
