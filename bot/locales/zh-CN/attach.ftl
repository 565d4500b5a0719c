opt-project-file = 文件
opt-project-file-desc = 现在的图片、文档（PSD、KRA、PDF、SVG 等）或文字
attach-kept = **{ $name }** 已原样保存（不打开），{ $edit ->
    [yes] 记录为对 #{ NUMBER($number, useGrouping: 0) } 的修改。
   *[no] 记录为外来素材。
}
attach-previewed = 比较的是文档内的预览图（{ NUMBER($width, useGrouping: 0) } × { NUMBER($height, useGrouping: 0) } 像素），不是文档本身：约有 { $percent } % 不同。
attach-uncompared = 这次记录没有比较：{ $preview ->
    [yes] 文档内的预览图里看不出可测量的差别。
   *[no] 文档里没有可读取的预览图。可以再附上一张导出的 PNG，它会被比较。
}
attach-words = 增加了 { NUMBER($added, useGrouping: 0) } 个字符，删去了 { NUMBER($removed, useGrouping: 0) } 个；具体内容已记录在案。
error-attach-type = 这种文件无法记录。可以附上：PNG、JPEG、WebP、PSD、KRA、CLIP、Procreate、PDF、AI、SVG、ZIP，或 UTF-8 编码的文字。没有记录；请导出为其中一种。
error-attach-text-long = 文字有 { NUMBER($length, useGrouping: 0) } 个字符，上限是 { NUMBER($limit, useGrouping: 0) }。没有记录；请只附上改动的部分。
