replay-drawing = 正在重新生成事件 #{ NUMBER($number, useGrouping: 0) }；若需先加载模型，请稍候。
replay-candidate = 事件 #{ NUMBER($number, useGrouping: 0) } 的候选
replay-record = { $trust ->
    [store] 记录：本运营者自己的账本。打开文字一事已记为事件 #{ NUMBER($look, useGrouping: 0) }，成员可以看到。
    [verified] 记录：经你给出的公钥验证通过的证据包。
   *[self-consistent] 记录：自我一致的证据包。没有给出公钥（--vkey），不知道由谁制作。
}
replay-differences = 与当时不同之处：
replay-no-differences = 记录所载各项均与当时相同：模型、权重、参数、程序库、机器。
replay-absent = 无记录
replay-of-words = 对文字的解读不同
replay-bit-equal = 逐位一致：按记录重新生成，每个像素都与记录相同。
replay-different = 不一致：按记录重新生成，像素与记录不同。
replay-likeness = { $nearness ->
    [same] 肉眼看是同一张图：并排放置也分辨不出。
    [near] 是同一张图，有细微差别，仔细找才看得出。
   *[apart] 差别明显可见，也可能完全是另一张图。
}
    结构（SSIM）        { $structure }（1 为相同）
    颜色（Oklab 均值）  { $colour }（0.02 起肉眼刚可分辨）
    可见差异            占像素的 { $visible } %
    任何差异            占像素的 { $changed } %，最大为 255 中的 { $largest }
replay-no-likeness = 无法说明相差多少：记录的图片不在此处，或尺寸不同。
replay-limits = 逐位一致表明：按记录的要求，该模型会生成这张图。仅凭不一致并不能否定记录：换了硬件或程序库就可能如此。
