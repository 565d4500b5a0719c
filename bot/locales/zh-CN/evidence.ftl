cmd-evidence = 证据
cmd-evidence-desc = 你的创作记录
cmd-evidence-export = 导出
cmd-evidence-export-desc = 把当前作品的证据导出为一个文件
evidence-exported = **{ $title }**：{ NUMBER($events, useGrouping: 0) } 个事件、{ NUMBER($pictures, useGrouping: 0) } 张图片，最后一个事件就是这次导出。请保存文件，也请保留这条消息：其中有账本的公钥。
    任何人都可以不经我们核对这个文件：
    ```
    colophon verify { $name } --vkey { $vkey }
    ```
    -# 它表明记录了什么、先后顺序以及最迟时间；不表明构思出自何人。
error-bundle-large = 证据包有 { $size } MiB，而这里最多只能发送 { $limit } MiB，因此没有发出。你的记录完整保留；请向运营者索取该文件（`colophon export`）。
cmd-evidence-receipt = 回执
cmd-evidence-receipt-desc = 某一次记录的完整回执，供你保存
opt-evidence-number = 编号
opt-evidence-number-desc = 卡片上 # 后面的数字
evidence-receipt = #{ NUMBER($number, useGrouping: 0) } 的完整回执。其中没有你的文字，可以给任何人看；保存下来，就能证明账本日后是否被截断或改写。
    ```
    colophon verify { $name } --vkey { $vkey }
    ```
    -# 与日后的导出对照：colophon verify BUNDLE --anchor { $name }
error-receipt-unknown = 你的记录里没有 #{ NUMBER($number, useGrouping: 0) }，因此没有它的回执。编号在卡片上 # 的后面。
cmd-evidence-verify = 核对
cmd-evidence-verify-desc = 核对证据包、回执或图片
opt-evidence-file = 文件
opt-evidence-file-desc = 证据包（zip）、回执（文本）或图片
error-check-kind = 这个文件不是证据包、回执或图片（PNG、JPEG、WebP），无从核对。没有保留任何内容。
error-check-large = 文件有 { NUMBER($size, useGrouping: 0) } MiB，这里最多核对 { NUMBER($limit, useGrouping: 0) } MiB。没有保留任何内容；请在自己的机器上用 `colophon verify` 核对。
error-check-broken = 这个文件损坏得无法继续核对。没有保留任何内容；请在自己的机器上用 `colophon verify` 核对。
error-check-busy = 正在核对的文件太多，这个需要稍等。没有保留任何内容；请过一会儿再发。
error-check-long = 在这里核对这个文件耗时过长。没有保留任何内容；请在自己的机器上用 `colophon verify` 核对。
opt-evidence-fields = 公开范围
opt-evidence-fields-desc = 文件里公开哪些内容；不填则全部公开
choice-fields-all = 全部
choice-fields-public = 不含身份、频道和备注
choice-fields-hashes = 不含文字，只有证明
