dashboard_not_started = 界面未能启动
    .action = 请运行 tandem ui 查看原因

no_chromium = 没有 Chromium
    .action = 请安装，或将 TANDEM_CHROMIUM 设为其路径

no_heatmap = 此病灶无热图

no_path = 未填写路径
    .action = 请填写文件或文件夹的路径

no_such_id = 没有此{ $name ->
    [reading] 结果
    [window] 窗设置
   *[finding] 病灶
}

no_such_slice = 没有此层面
    .allowed = 0 至 { $last }

no_such_slice_number = 没有此层面

no_such_window = 没有此窗设置
    .allowed = { $windows }

no_volume = 此检查的影像数据已不在存储中
    .action = 请重新读取此检查

nothing_to_show = 存储中没有财报，或没有影像检查
    .action = 请先运行 tandem demo --no-ui

reading_of_another_kind = 结果“{ $reading }”属于另一类
    .action = 请查看结果列表

reading_without_file = 此结果没有{ $name ->
    [facts] 事实
    [source] 原文
   *[other] “{ $name }”
}文件
    .action = 请重新读取

upload_not_written = 无法写入上传的文件（{ $why }）
    .action = 请腾出磁盘空间
