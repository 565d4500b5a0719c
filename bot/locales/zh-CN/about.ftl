about-head = ## 落款 { $version }
    起稿、关于创作与版权的问答，以及创作过程的记录。源代码许可证：Apache-2.0。
about-drafts = **由什么绘图**
about-answers = **由什么回答** { $writes ->
    [yes] · 由模型依据条目写成，每个说法都与条目核对
   *[no] · 回答用条目自己的文字；下面的模型不撰写法律内容
}
about-model = • **{ $name }** · 版本 { $revision } · 许可证 { $licence }{ $reported ->
    [yes] （据其发布者所述）
   *[no] {""}
} · 来自 { $source }
about-embedded = 落款自带
about-unknown = 未说明
about-not-said = • 起稿服务还在启动，尚未说明。
about-more = ……另有 { $count } 个。
about-facts = • { NUMBER($count, useGrouping: 0) } 个条目，最新的截至 { $newest }。仅供参考，不构成法律意见。
about-log = **账本** { $origin }
    { NUMBER($size, useGrouping: 0) } 个事件。凭下面的公钥，任何人都可以不依赖我们自行核对证据包或回执：
    ```
    { $vkey }
    ```
about-privacy = **记录什么** 在你同意之后：你的构思、参数、上传的图片和选择，连同时间，用你自己的密钥加密。提问不作记录。{ $privacy } 可查看，你也可以删除。
