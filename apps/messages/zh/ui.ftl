# The texts of the screens: t("read") says ui_read.

## Shell

ui_notice = 仅供研究使用。非医疗器械。不构成投资建议。
ui_language = 语言
ui_reports = 财报
ui_studies = 影像检查
ui_jobs = 任务
ui_reports_help = 读取年报与季报；每个数字都可追溯到原文。
ui_studies_help = 读取胸部 CT：序列、层面与疑似结节。
ui_jobs_help = 正在读取、已完成与失败的任务及原因。
ui_page_failed = 页面发生内部错误。请重新加载；已保存的结果不受影响。
ui_gone = 服务无响应。已保存的结果不受影响；恢复后本页面将自动继续。
ui_restarted = 服务已重新启动，地址已更换。请打开 tandem ui 在终端中显示的新地址。
ui_not_available = 无数据
ui_because = 无数据，原因：{ $reason }
ui_captioned = { $caption }：{ $text }
ui_no_access_title = 此地址缺少访问令牌
ui_no_access = 请打开 tandem ui 启动时在终端中显示的地址；此后在关闭浏览器之前均可访问本页面。

## Intake

ui_path = 本机上的文件或文件夹
ui_path_report_hint = /home/me/reports/annual-report.htm
ui_path_study = 本机上的文件夹或 zip
ui_path_study_hint = /home/me/scans/chest-ct
ui_read = 读取
ui_upload_report = 或将内联 XBRL 财报拖到此处
ui_upload_study = 或将 DICOM zip 拖到此处
ui_upload = 上传
ui_upload_limit = 每个文件不超过 { $size } GB · { $endings }
ui_press_enter = 按回车键读取
ui_no_reports = 尚无结果。请填写年报或季报（内联 XBRL，.htm 或 .html）或其所在文件夹的路径，然后按“读取”。
ui_no_studies = 尚无结果。请填写胸部 CT（DICOM）文件夹或 zip 的路径，然后按“读取”。
ui_no_jobs = 尚无任务。请在“财报”或“影像检查”页面开始；进度将显示在此处。
ui_all_reports = 全部财报
ui_all_studies = 全部检查
ui_download = JSON
ui_delete = 删除
ui_kept_for_retry = 保留 { NUMBER($size, minimumFractionDigits: 1, maximumFractionDigits: 1) } MB，以便从中断处继续；删除任务即会移除。
ui_delete_ask = 删除此结果及其他结果不再需要的文件？审计记录将保留其哈希。
ui_delete_study_ask = 删除此检查及其全部结果和影像？若该患者没有其他检查，患者信息也一并删除。审计记录将保留其哈希。
ui_delete_yes = 确认删除
ui_keep = 保留
ui_deleted = 已删除。

## Reports

ui_company = 公司
ui_basis = 数据
ui_basis_company = 公司自身
ui_basis_group = 合并
ui_form = 报告类型
ui_period_end = 期末日
ui_fiscal_year = 会计年度
ui_currency = 币种
ui_source_hash = 来源
ui_num_facts = 事实数
ui_income = 利润表
ui_balance = 资产负债表
ui_cash_flow = 现金流量表
ui_anomalies = 异常
ui_checks = 核对
ui_warnings = 警告
ui_view = 视图
ui_reported = 按原报表
ui_in_units = { $currency }，{ $scale }
ui_millions = 百万
ui_thousands = 千
ui_ones = 原值
ui_no_lines = 未找到此报表的任何项目：{ $reason }
ui_no_anomalies = 无异常：{ $total } 项核对中 { $holds } 项成立，{ $other } 项不适用。
ui_holds = 成立
ui_fails = 不成立
ui_not_applicable = 不适用
ui_difference = 差额
ui_tolerance = 容差
ui_severity_high = 高
ui_severity_medium = 中
ui_severity_low = 低
ui_confidence = 置信度
ui_concept = 概念
ui_scope_narrower = 范围小于其定义
ui_scope_wider = 范围大于其定义
ui_scope_narrower_mark = 范围较窄
ui_scope_wider_mark = 范围较宽
ui_derived = 计算所得，原文未列示
ui_tagged_value = 符号与原文一致；标记的符号相反：{ $value }
ui_signs_as_printed = 正负号与原文一致。其中 { $n } 个数字的标记符号相反；选中即可同时查看。
ui_printed_dash = { $dash }（原文为短横线）
ui_choose_cell = 选择一个数字即可在原文中查看；方向键移到相邻的数字。
ui_not_visible = 原文中不可见：此为隐藏数据。
ui_source = 原文
ui_element_of = 第 { $n } 处，共 { $total } 处
ui_fact = 事实
ui_no_value = 报告未给出数值
ui_previous = 上一处
ui_next = 下一处
ui_no_warnings = 无警告。

## Studies

ui_birth_date = 出生日期
ui_sex = 性别
ui_sex_f = 女
ui_sex_m = 男
ui_sex_o = 其他
ui_study_date = 检查日期
ui_series = 序列
ui_series_read = 已读取
ui_read_series = 改为读取此序列
ui_skipped = 已跳过
ui_images = 图像数
ui_findings = 疑似结节
ui_no_findings = 无达到检出阈值的病灶。这并不排除结节。
ui_operating_point = 检出阈值 { $threshold }
ui_rank = 排序
ui_probability = 概率
ui_axes = 长径 × 短径
ui_volume = 体积
ui_side = 侧别
ui_left = 左
ui_right = 右
ui_slice = 层面
ui_spacing = 间距
ui_read_at = 读取时间（UTC）
ui_lung = 肺窗
ui_mediastinum = 纵隔窗
ui_bone = 骨窗
ui_soft = 软组织窗
ui_opacity = 不透明度
ui_loading = 加载中……
ui_not_loaded = 无法加载此层面，仍显示原来的层面；请在服务恢复后重试。
ui_patient = 患者
ui_quality = 图像质量
ui_good = 良好
ui_degraded = 欠佳
ui_geometry = 矩阵、体素尺寸
ui_show_below = 显示低于检出阈值的 { $n } 处
ui_centre = 中心（LPS）
ui_attenuation = CT 值
ui_lobe = 肺叶
ui_markers = 标记
ui_heatmap = 热图
ui_heatmap_none = 此病灶无热图
ui_viewer_keys = 方向键或滚轮：翻层 · Page：十层 · Home、End · N、P：病灶 · 1-4：窗设置 · M：标记 · H：热图

## Jobs

ui_queued = 排队中
ui_running = 进行中
ui_done = 完成
ui_failed = 失败
ui_cancelled = 已取消
ui_cancelling = 正在停止
ui_cancel = 取消
ui_retry = 重试
ui_time_left = 约剩 { $time }
ui_result = 打开结果
ui_started = 开始（UTC）
ui_job = 任务
ui_state = 状态
ui_job_finance_read = 财报
ui_job_medical_read = 影像检查
ui_duration = 用时
ui_reason = 结果或失败原因
ui_first_image = 正在读取的检查的中间层面
ui_no_worker = 没有正在运行的工作进程，排队的任务正在等待。若持续如此，请在终端运行 tandem worker 查看原因。
ui_read_many = 已加入 { $n } 份财报；见“任务”。

## Steps of jobs

ui_step_read = 读取
ui_step_save = 保存结果
ui_step_document = 写出结果
ui_step_import = 导入影像
ui_step_lungs = 分割肺部
ui_step_nodules = 查找结节
