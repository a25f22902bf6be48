document_unreadable = 文档不符合 { $kind }：{ $fault }
    .action = 请重新读取

disk_nearly_full = 数据所在磁盘仅剩 { $free_gb } GB
    .action = 请释放空间；一次检查最多占用 0.3 GB

document_lacks = 缺少 { $place }

document_no_json = 不是 JSON

document_no_object = JSON 的结构不同

document_unfit = { $place } 的值不符

domain_missing = 没有名为“{ $name }”的领域
    .allowed = { $known }
    .action = 见 ‘tandem adapters list’

library_missing = 未安装程序库 { $name }
    .action = 请安装 Tandem 及其全部依赖

no_adapter_in_use = “{ $domain }”没有正在使用的适配器
    .action = 请用 ‘tandem train’ 训练，或指明版本

no_port = 自 { $wanted } 起的端口均被占用
    .action = 请用 --port 指定空闲端口

no_process_for_parse = 无法启动读取文件的进程（{ $why }）
    .action = 请结束其他程序，或提高进程数上限

no_weights = 未安装任何权重
    .action = 请安装完整的发行版或源码

notice_of_use = Tandem 为研究中的决策提供支持。它不是医疗器械，其检出结果不构成诊断，其内容也不构成投资建议。决定由有资质的人员作出。

parse_call_too_long = 请求的内容过长（{ $kib } 千字节）
    .allowed = 连同路径最多 { $most } 千字节
    .action = 请每次少请求一些

parse_crashed = 读取文件的进程崩溃（信号 { $signal }）
    .allowed = 按原样发布的文件
    .action = 请从发布处重新获取；其他任务未受影响

parse_defect = 读取时遇到程序内部错误（{ $kind }，{ $module } 第 { $line } 行）

parse_disk_full = 磁盘已满，未存储任何内容
    .action = 请释放空间后重试

parse_folder_unusable = 读取的内容无法写入数据文件夹（{ $why }）
    .action = 请释放空间，或将 TANDEM_DATA_DIR 设为可写入的文件夹

parse_no_answer = 读取 { $minutes } 分钟后仍未结束，已停止
    .allowed = 按原样发布的文件
    .action = 请在机器空闲时重试，或从发布处重新获取

parse_process_lost = 读取文件的进程被外部结束
    .action = 请重试

parse_too_long = 读取耗费的处理器时间超过 { $seconds } 秒，已停止
    .allowed = 按原样发布的文件
    .action = 请从发布处重新获取；其他任务未受影响

parse_too_much_memory = 读取占用的内存超过 { $mib } MiB，已停止
    .allowed = 按原样发布的文件
    .action = 请从发布处重新获取；其他任务未受影响

setting_no_database = 数据库 URL 以 sqlite:/// 或 postgresql:// 开头

setting_no_device = 设备为 'cpu'、'cuda' 或 'cuda:N'

setting_no_home = 此用户没有主文件夹；请指定文件夹路径

setting_no_integer = 应为整数，所给文本无法解析为整数

setting_no_switch = 开关只能是 'true' 或 'false'

setting_other = { $text }

setting_rejected = 设置 { $name } 无法使用：{ $reason }
    .action = 请更正或取消 { $name }

setting_too_large = 应小于或等于 { $most }

setting_too_small = 应大于或等于 { $least }

setting_unknown = 没有名为 { $name } 的设置
    .action = 若所指为 { $near }，请改正

weights_card_empty = 模型卡未列出任何权重
    .action = 请重新安装权重

weights_card_missing = 未安装权重“{ $name }”
    .action = 请安装完整的发行版或源码

weights_card_unreadable = 权重“{ $name }”的模型卡不是 JSON
    .action = 请重新安装权重

weights_file_missing = 缺少权重 { $name }
    .action = 请安装完整的发行版或源码
