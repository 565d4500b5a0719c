cmd-ask = 提问
cmd-ask-desc = 询问艺术、版权与AI的问题，回答附出处
opt-ask-question = 问题
opt-ask-question-desc = 你的问题，中文或英文
opt-ask-jurisdiction = 法域
opt-ask-jurisdiction-desc = 想问哪里的法律
opt-ask-private = 仅自己可见
opt-ask-private-desc = 回答只显示给你自己
ask-not-advice = 一般信息，不构成法律意见。
ask-reading = 正在查阅：
ask-correction = 先更正一点：{ $truth }
ask-as-of = 截至 { $date }
ask-in-practice = 实际做法
ask-sources-button = 出处（{ $count }）
ask-further-button = 追问
ask-further-title = 追问
ask-further-question = 你的下一个问题
ask-further-example = 如果我手工重画了一半呢？
ask-further-place = 或者：同样的问题，换一个地方
ask-rated-helpful = 谢谢。你的评价已保留，不记名。
ask-rated-unhelpful = 你的评价已保留，不记名，管理员能看到。哪里不好？
ask-rated-why = 谢谢。管理员也能看到这个原因。
ask-reason-choose = 选择原因
ask-reason-wrong = 里面有错误
ask-reason-outdated = 内容过时了
ask-reason-beside = 答非所问
ask-reason-unclear = 不好懂
ask-reason-missing = 缺少重要内容
ask-not-covered = 我掌握的条目没有涉及这个问题，我不会猜测作答。
ask-not-covered-there = 在你选定的法域，我掌握的条目没有涉及这个问题；其他地方有。去掉法域再问一次即可看到。
ask-what-is-covered =
    我可以回答这些方面的问题：
    - 美国、中国、欧盟、英国和部分亚洲地区的版权与AI
    - 用作品训练模型、AI标识、深度伪造，以及什么能证明创作过程
    - 图像模型的许可，平台与图库的规则
    - 画风、构图、色彩和起稿技法

    例如：“AI画的图版权归谁？”或“图生图的强度设多少合适？”
ask-error-empty = 问题里没有文字，因此没有查找。请用一句话提问，例如：AI画的图版权归谁？
ask-error-too-long = 问题有 { NUMBER($length, useGrouping: 0) } 个字符，上限是 { NUMBER($limit, useGrouping: 0) }。没有进行查找；请缩短后再问。
ask-error-sources-gone = 这个回答所依据的条目后来已被替换。请重新提问，以获得附有最新出处的回答。
ask-place-us = 美国
ask-place-cn = 中国大陆
ask-place-eu = 欧盟
ask-place-uk = 英国
ask-place-de = 德国
ask-place-cz = 捷克
ask-place-jp = 日本
ask-place-kr = 韩国
ask-place-tw = 台湾地区
ask-place-hk = 香港
ask-place-sg = 新加坡
ask-place-in = 印度
ask-place-ca = 加拿大
ask-place-au = 澳大利亚
ask-place-int = 国际
ask-kind-statute = 法律
ask-kind-regulation = 法规规章
ask-kind-case = 案例
ask-kind-guidance = 官方指引
ask-kind-report = 官方报告
ask-kind-standard = 标准
ask-kind-practice = 实务
ask-kind-licence = 许可
ask-kind-policy = 平台规则
ask-kind-art = 艺术
ask-kind-technique = 技法
ask-confidence-high = 依据充分
ask-confidence-medium = 只有一个可靠来源，或尚有未决之处
ask-confidence-low = 仅为线索，使用前请核实
