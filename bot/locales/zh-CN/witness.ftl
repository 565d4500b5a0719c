witness-post = **账本检查点：共 { NUMBER($size, useGrouping: 0) } 个事件。** 请另存一份：留有它的人，日后能看出账本是否被截断或改写。把代码块存成文件，即可与导出的证据包对照：`colophon verify BUNDLE --anchor FILE`
opt-evidence-send = 发送方式
opt-evidence-send-desc = 发在这里，还是发到你的私信
choice-evidence-here = 就在这里，仅你可见
choice-evidence-dm = 发私信给我
evidence-receipt-sent = #{ NUMBER($number, useGrouping: 0) } 的回执已发到你的私信，本服务器及其管理员都碰不到它。请再把文件另存一份，这样谁也动不了它。
evidence-receipt-shut = 私信没能送达（可能未对本机器人开放），所以回执改发在这里。请现在就保存文件；也可以允许来自本服务器成员的私信，再试一次。
