error-line-full-member = 你有 { $count } 份草稿正在进行，已达这里每位成员的上限。没有记录任何内容，你的文字已作为附件退回；请在{ $free ->
    [no] 其中一份出来后
   *[other]  { $free } 左右
}重新发送。
error-line-full-server = 本服务器有 { $count } 份草稿正在进行，已达上限。没有记录任何内容，你的文字已作为附件退回；请在{ $free ->
    [no] 几分钟后
   *[other]  { $free } 左右
}重新发送。
error-line-full-all = 队伍已满：共有 { $count } 份草稿正在进行。没有记录任何内容，你的文字已作为附件退回；请在{ $free ->
    [no] 几分钟后
   *[other]  { $free } 左右
}重新发送。
draft-failed-set-aside-model = 构思 #{ NUMBER($number, useGrouping: 0) } 已搁置：每次尝试绘图模型都出错。构思已保留，运营者能看到它失败了；按“重画”再试，或换一种说法。
draft-failed-set-aside-out-of-memory = 构思 #{ NUMBER($number, useGrouping: 0) } 已搁置：绘图服务器的内存不够。构思已保留；请稍后按“重画”，或减少候选张数、缩小尺寸。
draft-failed-set-aside-lost = 构思 #{ NUMBER($number, useGrouping: 0) } 已搁置：每次开始后，负责绘制的程序都中途停止。构思已保留，运营者能看到它失败了；按“重画”再试。
draft-failed-set-aside-broke = 构思 #{ NUMBER($number, useGrouping: 0) } 已搁置：每次尝试都因我们这边的错误而中断。构思已保留，运营者能看到它失败了；请稍后按“重画”再试。
queue-text-made = 已写好并记录，卡片马上就到
queue-text-drawing = 正在撰写
queue-text-next = 下一篇就是
queue-text-others = 前面还有 { $ahead } 篇文稿；成员轮流进行
queue-text-loading = 语言模型还在加载{ $ahead ->
    [0] {""}
   *[other] ，之后前面还有 { $ahead } 篇文稿
}
queue-text-away = 语言服务暂时离开，恢复后会自动继续
queue-text-failed = 语言模型出了故障，需要运营者处理
queue-text-time-unknown = 还不知道要多久：这里还没有写完过文稿
