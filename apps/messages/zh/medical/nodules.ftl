# 关于 CT 中结节检出结果的提示。
lung_scale_uncertain = 灰度标尺不确定：{ $lungs ->
    [dense] 肺部密度异常增高（最常见的 CT 值高于 { $high_hu } HU）
    [airy] 肺部密度异常减低（最常见的 CT 值低于 { $low_hu } HU）
   *[unseen] 几乎没有肺组织介于 { $low_hu } 至 { $high_hu } HU
}。肺实质按 { $lung_hu } HU 计，可能漏检结节。
