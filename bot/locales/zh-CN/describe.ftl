cmd-describe = 看图成文
cmd-describe-desc = 从图片得到文字，用来开始构思
opt-describe-image = 图片
opt-describe-image-desc = 要看的图片（PNG、JPEG 或 WebP）
opt-describe-language = 语言
opt-describe-language-desc = 文字用哪种语言；默认用你的语言
error-describe-none = 这里的语言模型看不了图片。没有记录。运营者可以指定能看图的模型（`language.url` 和 `language.model`，视觉语言模型）。
error-describe-blind = 这里的语言模型（{ $model }）看不了图片。图片已记录在你的作品里，但没有得到文字。运营者可以指定视觉语言模型（`language.model`）。
