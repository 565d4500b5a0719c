cmd-settings = 设置
cmd-settings-desc = 你的语言、默认风格与模型、私密草稿
opt-settings-language = 语言
opt-settings-language-desc = 给你的所有回复用什么语言
opt-settings-style = 风格
opt-settings-style-desc = 未指定风格时草稿的样子
opt-settings-model = 模型
opt-settings-model-desc = 未指定模型时由哪个模型起稿
opt-settings-private = 私密
opt-settings-private-desc = 草稿通过私信发给你
choice-settings-auto = 跟随 Discord
settings-shown = **你的设置**
    • 语言：{ $language }
    • 未指定时的风格：{ $style }
    • 未指定时的模型：{ $model }
    • 草稿：{ $private ->
        [yes] 私密，通过私信发给你
       *[no] 显示在你提出请求的地方
    }
    -# 设置会保存到你重置，或用 `/隐私 删除` 删除全部内容为止。每份草稿实际用了什么，记在它自己的记录里。
settings-language-auto = 跟随 Discord
settings-language-en-US = English
settings-language-zh-CN = 中文
settings-unset = 未设置
settings-unset-style = 不设默认风格
settings-unset-model = 服务器的默认模型
settings-choose-language = 语言
settings-choose-style = 未指定时的风格
settings-choose-model = 未指定时的模型
settings-turn-private = 改为私密草稿
settings-turn-public = 改为在频道中显示
settings-reset = 全部重置
privacy-settings-kept = • 你的设置（语言、风格、模型、私密草稿）也会保存；可用 `/设置` 查看、更改和重置。
error-settings-language = 这里没有语言“{ $name }”。没有任何改动；可选：{ $known }。
error-settings-style = 没有“{ $name }”这种风格。没有任何改动；可选：{ $known }。
error-settings-model = 这里没有名为“{ $name }”的绘图模型。没有任何改动；可选：{ $known }。
error-settings-not-said = 起稿服务还在启动，尚未说明它有哪些风格和模型。没有任何改动；请稍后再试。
