cmd-describe = describe
cmd-describe-desc = Words from a picture, to start a brief with
opt-describe-image = image
opt-describe-image-desc = The picture (PNG, JPEG or WebP)
opt-describe-language = language
opt-describe-language-desc = The language of the words; yours by default
error-describe-none = The language model here cannot see pictures. Nothing was recorded. The operator can name one that does (`language.url` and `language.model`, a vision-language model).
error-describe-blind = The language model here ({ $model }) cannot see pictures. The picture is recorded in your project; there are no words for it. The operator can name a vision-language model (`language.model`).
