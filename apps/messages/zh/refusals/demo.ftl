folder_not_empty = 体模的文件夹中已有文件
    .allowed = 空文件夹或新文件夹
    .action = 请指定另一个文件夹

phantom_size = 体模尺寸“{ $size }”，种子 { $seed }
    .allowed = 尺寸 { $sizes }，种子不小于 0
    .action = 请指定其中一种尺寸

report_kind = 示例财报的种子 { $seed }，类型“{ $kind }”
    .allowed = 种子不小于 0，类型 { $kinds }
    .action = 请指定其中一种类型，或不指定
