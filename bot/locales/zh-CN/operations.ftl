operation-draft = 由文字起稿
operation-redraw = 由图片起稿
operation-sketch = 草图成稿
operation-colour = 上色
operation-restyle = 换风格
operation-vary = 变体
operation-blend = 混合
operation-inpaint = 局部重绘
operation-outpaint = 扩图
operation-lines = 线稿
operation-upscale = 放大
error-operation-nowhere = 这里没有模型能做这件事：{ $operation ->
    [draft] 由文字起稿
    [redraw] 由图片起稿
    [sketch] 由草图成稿
    [colour] 给线稿上色
    [restyle] 换一种风格
    [vary] 画变体
    [blend] 混合图片
    [inpaint] 局部重绘
    [outpaint] 扩展画面
    [lines] 提取线稿
   *[upscale] 放大
}。现有模型：{ $models }。没有记录；请联系运营者添加合适的模型，或使用 /起稿。
error-operation-model = { $model } 做不到这件事。没有记录；请选择能做的模型：{ $models }。
error-model-unknown = 这里没有模型“{ $model }”。没有记录；可选：{ $models }。
error-input-erased = 所需的图片已被删除。没有记录；请重新附上图片，或从另一张开始。
draft-failed-input-erased = 构思 #{ NUMBER($number, useGrouping: 0) } 没有起稿：其中用到的图片已被删除。构思已保留；请换一张图片重新开始。
cmd-sketch = 草图成稿
cmd-sketch-desc = 从你自己的草图起稿
cmd-lineart = 线稿
cmd-lineart-desc = 由文字画出线稿，或提取图片的线条
cmd-color = 上色
cmd-color-desc = 给线稿上色，保留线条
cmd-restyle = 换风格
cmd-restyle-desc = 内容不变，换一种风格
cmd-retouch = 局部重绘
cmd-retouch-desc = 只重画图片的一部分，其余一个像素也不变
cmd-extend = 扩图
cmd-extend-desc = 让画面向外延伸，原来的部分保持不变
cmd-upscale = 放大
cmd-upscale-desc = 放大一张图片
cmd-blend = 混合
cmd-blend-desc = 把两三张图片融成一张
opt-draft-aspect = 画幅
opt-draft-aspect-desc = 画面的宽高比
opt-draft-model = 模型
opt-draft-model-desc = 由哪个模型来画；不填则用默认模型
opt-draft-image = 图片
opt-draft-image-desc = 要处理的图片（PNG、JPEG 或 WebP）
opt-draft-image2 = 图片2
opt-draft-image2-desc = 第二张图片
opt-draft-image3 = 图片3
opt-draft-image3-desc = 第三张图片
opt-draft-palette = 配色
opt-draft-palette-desc = 使用哪一组颜色
opt-draft-mask = 蒙版
opt-draft-mask-desc = 在要重画的地方透明或为白色的图片
opt-draft-region = 区域
opt-draft-region-desc = 重画哪一部分，可代替蒙版
opt-draft-direction = 方向
opt-draft-direction-desc = 画面向哪边延伸；不填则向四周
opt-draft-amount = 幅度
opt-draft-amount-desc = 延伸边长的百分之几；不填为 25
opt-draft-scale = 倍数
opt-draft-scale-desc = 宽高放大几倍，2 到 4
palette-warm = 暖色
palette-cool = 冷色
palette-pastel = 粉彩
palette-muted = 低饱和
palette-vivid = 鲜艳
palette-earthy = 大地色
palette-monochrome = 单色
palette-complementary = 互补色
region-top-left = 左上
region-top = 上方
region-top-right = 右上
region-left = 左侧
region-middle = 中间
region-right = 右侧
region-bottom-left = 左下
region-bottom = 下方
region-bottom-right = 右下
region-upper-third = 上三分之一
region-middle-row = 中间一横条
region-lower-third = 下三分之一
region-left-third = 左三分之一
region-middle-column = 中间一竖条
region-right-third = 右三分之一
direction-all = 四周
direction-left = 向左
direction-up = 向上
direction-right = 向右
direction-down = 向下
direction-sides = 左右两侧
direction-up-down = 上下两侧
role-image = 图片
role-line = 线稿
role-mask = 蒙版
role-reference = 参考图
role-blended = 混合用图
draft-operation = 操作
draft-inputs = 来自
draft-input = { $role } #{ NUMBER($number, useGrouping: 0) }
draft-added = 按你的选择添加
draft-regions = 重画的部分
draft-shown-smaller = 此处显示的是缩小版：原文件太大，聊天中发不出。记录中的是完整文件，可用 /证据 导出 取得。
draft-note-reduced = 你的图片（{ NUMBER($from_width, useGrouping: 0) } × { NUMBER($from_height, useGrouping: 0) }）会以 { NUMBER($width, useGrouping: 0) } × { NUMBER($height, useGrouping: 0) } 处理，这是上限。
draft-note-mask-stretched = 蒙版（{ NUMBER($width, useGrouping: 0) } × { NUMBER($height, useGrouping: 0) }）会拉伸到图片的 { NUMBER($wanted_width, useGrouping: 0) } × { NUMBER($wanted_height, useGrouping: 0) }；记录中保留你发来的原样。
draft-note-shape = 草稿沿用你图片的形状；所选画幅未采用。
error-lineart-one = 请二选一：写构思，由文字画线稿；或附图片，提取其中的线条。没有记录。
error-retouch-where = 请说明重画哪里：附上蒙版（要重画处透明或为白色），或选择一个区域，二选一。没有记录。
error-mask-shape = 蒙版（{ NUMBER($width, useGrouping: 0) } × { NUMBER($height, useGrouping: 0) }）与图片（{ NUMBER($wanted_width, useGrouping: 0) } × { NUMBER($wanted_height, useGrouping: 0) }）形状不同。没有记录；请发送同样大小的蒙版。
error-mask-empty = 蒙版什么也没有标出：请让要重画的地方透明或为白色。没有记录。
error-extend-large = { NUMBER($width, useGrouping: 0) } × { NUMBER($height, useGrouping: 0) } 的图片会超出每边 { NUMBER($limit, useGrouping: 0) } 像素。没有记录；请减小幅度，或只选一个方向。
error-upscale-large = { NUMBER($width, useGrouping: 0) } × { NUMBER($height, useGrouping: 0) } 放大 { $scale } 倍会超过每边 { NUMBER($limit, useGrouping: 0) } 像素。没有记录；请选较小的倍数。
error-aspect = { $model } 只画正方形。没有记录；请去掉画幅，或换一个模型。
error-style-long = 风格最多 { $limit } 个字符。没有记录；其余请写进构思。
error-living-artist = “{ $name }”是在世艺术家的名字，这里不以任何在世者的名义作画。没有记录。请说出你的意思（线条、光线、色彩），或选择一种风格：{ $instead }。
draft-failed-cannot = 构思 #{ NUMBER($number, useGrouping: 0) } 没有起稿：现有的模型做不到这件事。构思已保留；请换一个模型，或联系运营者。
draft-failed-unsupported = 构思 #{ NUMBER($number, useGrouping: 0) } 没有起稿：现有的服务器做不到这件事。构思已保留；请换一个模型，或联系运营者。
draft-failed-unknown-model = 构思 #{ NUMBER($number, useGrouping: 0) } 没有起稿：所用模型已不在这里。构思已保留；请换一个模型重新开始。
draft-failed-unknown-style = 构思 #{ NUMBER($number, useGrouping: 0) } 没有起稿：模型没有这种风格。构思已保留；请从列表中选择风格重新开始。
draft-failed-bad-mask = 构思 #{ NUMBER($number, useGrouping: 0) } 没有起稿：蒙版没有标出可重画的部分。构思已保留；请换一张蒙版重新开始。
draft-failed-bad-size = 构思 #{ NUMBER($number, useGrouping: 0) } 没有起稿：画面尺寸超出可画范围。构思已保留；请用小一些的尺寸重新开始。
draft-failed-bad-image = 构思 #{ NUMBER($number, useGrouping: 0) } 没有起稿：有一张图片无法读取（不支持动图）。构思已保留；请换一张图片重新开始。
draft-failed-too-large = 构思 #{ NUMBER($number, useGrouping: 0) } 没有起稿：有一张图片对绘图模型来说太大。构思已保留；请用小一些的图片重新开始。
