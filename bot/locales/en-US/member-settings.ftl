cmd-settings = settings
cmd-settings-desc = Your language, default style and model, private drafts
opt-settings-language = language
opt-settings-language-desc = The language of every reply to you
opt-settings-style = style
opt-settings-style-desc = The look of drafts for which you name none
opt-settings-model = model
opt-settings-model-desc = What draws drafts for which you name no model
opt-settings-private = private
opt-settings-private-desc = Deliver your drafts by direct message
choice-settings-auto = as Discord says
settings-shown = **Your settings**
    • Language: { $language }
    • Style, where you name none: { $style }
    • Model, where you name none: { $model }
    • Drafts: { $private ->
        [yes] private, sent to you by direct message
       *[no] shown where you ask for them
    }
    -# They are kept until you reset them or erase everything with `/privacy erase`. What a draft was made with stands in its record.
settings-language-auto = as Discord says
settings-language-en-US = English
settings-language-zh-CN = 中文
settings-unset = none of your own
settings-unset-style = No style of your own
settings-unset-model = The server's default model
settings-choose-language = Language
settings-choose-style = Style, where you name none
settings-choose-model = Model, where you name none
settings-turn-private = Make drafts private
settings-turn-public = Show drafts in the channel
settings-reset = Reset all
privacy-settings-kept = • Your settings are kept too (language, style, model, private drafts); `/settings` shows, changes and resets them.
error-settings-language = There is no language “{ $name }” here. Nothing was changed; choose one of: { $known }.
error-settings-style = There is no style “{ $name }”. Nothing was changed; choose one of: { $known }.
error-settings-model = No model “{ $name }” draws here. Nothing was changed; choose one of: { $known }.
error-settings-not-said = The drafts server has not said yet what it has, as it is still starting. Nothing was changed; try again in a moment.
