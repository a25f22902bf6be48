# 关于 CT 中肺部的提示。
lungs_cut = 扫描范围的{ $end ->
    [lower] 下端
   *[upper] 上端
}截断了肺部，范围以外未能观察。
lungs_unequal = { $side ->
    [right] 右肺
   *[left] 左肺
}仅 { $volume_ml } ml（双肺共 { $both_ml } ml），可能有实变、不张或切除，该处检出能力下降。
