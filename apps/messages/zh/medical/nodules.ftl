# 关于 CT 中结节检出结果的提示。
lung_scale_uncertain = 灰度标尺不确定：{ $lungs ->
    [dense] 肺部密度异常增高，CT 值多高于 { $high_hu } HU
    [airy] 肺部含气异常增多，CT 值多低于 { $low_hu } HU
   *[unseen] 几乎没有肺组织介于 { $low_hu } 至 { $high_hu } HU
}。以 { $lung_hu } HU 作为肺实质，可能漏检结节。
