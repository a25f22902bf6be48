# CT 中肺部的情况：提示，以及未见肺部时所见的内容。
lungs_cut = 扫描范围的{ $end ->
    [lower] 下端
   *[upper] 上端
}截断了肺部，范围以外未能观察。
lungs_unequal = { $side ->
    [right] 右肺
   *[left] 左肺
}仅 { $volume_ml } ml（双肺共 { $both_ml } ml），可能有实变、不张或切除，该处检出能力下降。

lungs_not_shown = 未显示肺部
lungs_no_air = 体内没有气体
lungs_bowel_gas = 体内气体为肠气或位于体外
lungs_no_body = 图像中没有人体
lungs_not_found = 未找到肺部
lungs_volume = 疑似肺部的体积为 { $volume_ml } ml
lungs_height = 疑似肺部的高度为 { $height_mm } mm
