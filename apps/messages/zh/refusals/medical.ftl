# 影像应用的拒绝说明；编号与英文目录一致。

deflate_bomb = 经 deflate 压缩的 DICOM 文件解压后超过 { $mib } MiB
    .action = 请移除该文件

dicom_attribute = { $attribute } 缺失或无法读取
    .action = 请重新导出该检查

dicom_damaged = DICOM 文件已损坏或不完整
    .allowed = 完整的 DICOM 文件
    .action = 请重新导出该检查

dicom_too_many_items = DICOM 文件的序列项超过 { $most } 个
    .allowed = 扫描设备和归档系统所写的图像
    .action = 请去除该文件

dicom_truncated = DICOM 文件不完整：像素数据缺失
    .allowed = 完整的 DICOM 文件
    .action = 请重新复制或导出该检查

no_lungs = 未能找到肺：{ $what }
    .allowed = 肺容积 { $least_ml } 至 { $most_ml } ml 的胸部 CT
    .action = 请选择显示肺部的序列

no_series_fits = 没有可读取的序列：{ $series }
    .allowed = 覆盖肺部的完整轴位 CT 序列
    .action = 请导出这样的序列，或用 UID 指定以上序列之一

no_such_series = 其中没有此 UID 的 CT 序列
    .allowed = { $series }
    .action = 请指定以上序列之一，或不指定

rescale_absent = 缺少 RescaleSlope 或 RescaleIntercept，数值无法换算为 CT 值（HU）
    .allowed = 每幅图像的斜率大于 0 且有截距
    .action = 请从扫描设备或 PACS 重新导出该检查

rescale_slope = RescaleSlope 为 { $slope }，数值无法换算为 CT 值（HU）
    .allowed = 每幅图像的斜率大于 0 且有截距
    .action = 请从扫描设备或 PACS 重新导出该检查

series_too_large = 该序列有 { $num_slices } 个 { $rows } x { $columns } 的层面
    .allowed = 最多 { $millions } 百万体素
    .action = 请选择其他序列

slice_missing = 肺内 { $low_mm } 至 { $high_mm } mm 之间缺少 1 个层面
    .allowed = 完整的肺部
    .action = 请重新导出或复制该序列

slices_by_turns = 其层面轮流属于多组体数据：每个层面与更远的层面比与相邻层面更相似
    .allowed = 每个序列一组体数据
    .action = 请将每次采集或重建分别导出为单独的序列

slices_missing = 肺内 { $low_mm } 至 { $high_mm } mm 之间缺少 { $num_slices } 个层面
    .allowed = 完整的肺部
    .action = 请重新导出或复制该序列

slices_not_aligned = 各层面之间最大错位 { $shift_mm } mm
    .allowed = 相互对齐的层面
    .action = 请导出原始轴位序列

slices_off_even_steps = 各层面偏离均匀层间距（{ $step_mm } mm）最多 { $off_mm } mm
    .allowed = 层间距均匀的层面
    .action = 请导出原始轴位序列

slices_uneven = 肺内 { $low_mm } 至 { $high_mm } mm 之间的层间距为 { $width_mm } mm，其余为 { $step_mm } mm
    .allowed = 层间距均匀的层面
    .action = 请导出原始轴位序列

study_disk_failed = 磁盘读取文件失败
    .action = 请复制该检查后重试

study_folder_unreadable = 磁盘列出文件夹失败
    .action = 请复制该检查后重试

study_empty = 其中没有文件
    .allowed = DICOM 图像的文件夹或 zip
    .action = 请指定存放图像的文件夹

study_file_forbidden = 当前用户无权读取该文件
    .action = 请更改其权限

study_file_kind = 该文件为{ $kind }
    .allowed = 存放 DICOM CT 图像的文件夹或 zip
    .action = 请指定存放图像的文件夹

study_file_missing = 其中没有第 { $number } 个文件
    .allowed = 1 至 { $count }

study_file_too_large = 该文件超过 1 GiB
    .action = 请移除该文件

study_file_unreadable = 磁盘读取该文件失败
    .action = 请复制该检查后重试

study_folder_forbidden = 当前用户无权读取该检查的某个文件夹
    .action = 请更改其权限

study_folder_too_deep = 文件夹嵌套超过 { $most } 层
    .action = 请指定存放图像的文件夹

study_no_ct = 其中 { $count } 个 DICOM 对象均不是 CT 图像
    .allowed = 存放 DICOM CT 图像的文件夹或 zip
    .action = { $action }

study_no_dicom = 其中 { $count } 个文件均不是 DICOM 图像
    .allowed = 存放 DICOM CT 图像的文件夹或 zip
    .action = { $action }

study_no_file = 既不是文件夹也不是文件
    .action = 请指定 DICOM 文件夹或 zip

study_only_archives = 其中只有压缩包
    .allowed = 存放 DICOM CT 图像的文件夹或 zip
    .action = 请解压这些压缩包并指定其文件夹

study_only_file = 其中唯一的文件为{ $kind }
    .allowed = 存放 DICOM CT 图像的文件夹或 zip
    .action = { $action }

study_only_links = 其中没有文件，只有 { $count } 个链接，链接不会跟随
    .allowed = DICOM 图像的文件夹或 zip
    .action = 请指定存放图像的文件夹

study_path_forbidden = 当前用户无权读取该路径
    .action = 请更改其权限

study_path_missing = 没有此文件或文件夹
    .action = 请检查路径

study_too_many_files = 该文件夹中的文件超过 { $most } 个
    .action = 请指定单次检查的文件夹

transfer_syntax = 此处无法解码其传输语法
    .allowed = 未压缩、RLE、JPEG、无损 JPEG、JPEG-LS、JPEG 2000
    .action = 请以未压缩格式导出该检查

two_patients = 该文件与前面的文件不属于同一患者
    .allowed = 同一患者
    .action = 请将不同患者分别放入各自的文件夹

two_slices_one_position = { $position_mm } mm 处有两个不同的层面
    .allowed = 每个位置一个层面
    .action = 请单独导出一个序列

zip_damaged = zip 压缩包已损坏或不完整
    .action = 请重新下载或导出

zip_encrypted = zip 压缩包已加密
    .action = 请用可信的程序解压并指定其文件夹

zip_larger_than_stated = zip 压缩包解压后超过 2 GiB
    .allowed = 最多 2 GiB
    .action = 请用可信的程序解压并指定其文件夹

zip_member_cut = 该文件无法解压
    .action = 请重新导出该检查

zip_member_damaged = 该文件在 zip 压缩包内已损坏（校验和错误）
    .action = 请重新导出该检查

zip_member_method = 该文件已加密或以不常见的方式压缩
    .action = 请重新导出该检查

zip_member_unending = zip 压缩包中某文件在像素数据之前有 { $mib } MiB 内容
    .action = 请用可信的程序解压后提供文件夹

zip_not_opened = 无法打开 zip 压缩包：该文件为{ $kind }，或其开头已损坏
    .allowed = 存放 DICOM CT 图像的文件夹或 zip
    .action = 请重新下载或导出，或指定存放图像的文件夹

zip_overlaps = zip 压缩包中的成员相互重叠
    .action = 请勿信任该压缩包；请重新导出检查

zip_path_traversal = zip 压缩包中有成员的名称指向压缩包之外
    .action = 请勿信任此压缩包；请重新导出该检查

zip_swells = zip 压缩包解压后为其自身大小的 { $times } 倍
    .allowed = 最多 { $most } 倍
    .action = 请勿信任此压缩包；请重新导出该检查

zip_symlink = zip 压缩包中有符号链接
    .action = 请压缩文件本身

zip_too_large = zip 压缩包解压后为 { $gib } GiB
    .allowed = 最多 2 GiB，每个文件 1 GiB
    .action = 请用可信的程序解压并指定其文件夹

zip_too_many_members = zip 压缩包有 { $count } 个成员
    .allowed = 最多 { $most } 个
    .action = 请用可信的程序解压并指定其文件夹

# 结节检测器及其训练
candidates_missing = 缺少候选结节文件
    .action = 请用 `python -m apps.medical.nodules.training candidates` 生成

arrays_unreadable = 数组文件已损坏，或不属于此训练
    .action = 请用生成它的命令重新生成

background_missing = 缺少已准备的背景 CT
    .action = 请用 `python -m apps.medical.nodules.training background` 生成

background_turned = { $name }：该 CT 的层、行、列方向并非向上、向后、向左
    .action = 请选用仰卧位、头先进的患者，或先调整方向

candidate_rows_misshapen = 候选的向量、位置、间距、事实与评分的形状不一致
    .allowed = [N, T, C]、[N, T, 3]、[N, 3]、[N, F] 与 [N]

candidate_without_vector = 有候选缺少其首个向量

candidates_misshapen = 候选的特征、位置、间距与评分的形状不一致
    .allowed = [N, { $tokens } * C]、[N, 3]、[N, 3] 与 [N]

candidates_not_finite = 候选中有非有限数值

candidates_not_for_training = 候选中有 { $count } 名患者不属于训练集
    .action = 请重新生成 'train' 部分

candidates_not_for_validation = 候选中有 { $count } 名患者不属于验证集
    .action = 请重新生成 'validation' 部分

candidates_of_one_class = 候选中没有结节，或全部是结节

detector_weights_differ = 检测器的权重不是选定检出阈值时所用的权重
    .action = 请重新安装本软件包，或重新选定检出阈值

facts_not_trained = 这些事实与该分类头训练时所用的不同
    .allowed = { $count } 项

field_picture_missing = 图像块的第 { $number } 层缺少 { $kind } 文件

field_sizes_differ = 图像与其轮廓的尺寸不一致

hounsfield_array_unfit = CT 值数组须为 int16，并附几何信息
    .action = 请将 spacing_mm_zyx 与 origin_mm_xyz 写入同名 JSON 文件

linking_not_fitted = 第 { $fold } 折的连接权重尚未拟合
    .action = 请先以相同的 --out 运行 `link` 命令

linking_unreadable = 第 { $fold } 折的连接权重无法读取
    .action = 请用 `link` 命令重新拟合

linking_of_other_features = 连接权重是针对其他特征拟合的
    .action = 请重新拟合

nodule_field = { $name }

nodule_stem_misfit = 第 { $fold } 折的卷积网络权重与其模型卡不符

nodule_table_missing = 缺少表格 { $table }
    .action = 格式见 apps.medical.nodules.training.sources.fields

plain_nets_misfit = 对照网络与其模型卡不符
    .action = 请重新安装本软件包

second_look_of_other_facts = 该复核模型训练时所用的事实不同
    .action = 请重新安装本软件包，或重新训练分类头

stem_not_trained = 第 { $fold } 折的卷积网络尚未训练
    .action = 请先以相同的 --out 运行 `stem` 命令

# 文件位置与拒绝说明的组成部分
file_of_with_hash = 第 { $number } 个文件（共 { $count } 个，sha256 { $sha256 }）
two_files_of = 第 { $number } 个文件（共 { $count } 个，sha256 { $sha256 }）与第 { $other } 个文件
give_image_folder = 请指定存放图像的文件夹
unpack_archives = 请解压这些压缩包并指定其文件夹
file_is_pdf = PDF
file_is_empty = 空文件
file_is_archive = 压缩包，但不是 zip
file_is_zip = zip 压缩包
file_is_dicomdir = DICOMDIR
file_is_no_image = 非 DICOM 图像
file_is_of_another_kind = 其他类型
lungs_no_air = 体内没有气体
lungs_bowel_gas = 体内气体为肠气或位于体外
lungs_no_body = 图像中没有人体
lungs_not_found = 没有可能是肺的含气区
lungs_leave_view = 肺被图像边缘截断
lungs_volume = 疑似肺部的体积为 { $volume_ml } ml
lungs_height = 疑似肺部的高度为 { $height_mm } mm

no_reading_of_study = 没有检查的结果“{ $id }”
    .action = 请查看检查列表

no_such_patient = 没有患者“{ $id }”
    .action = 请查看 { $commands }

no_such_study = 没有检查“{ $id }”
    .action = 请查看 { $commands }

items_under_plain_syntax = 传输语法表明像素未压缩，但像素分装在编码不明的条目中
    .allowed = 与传输语法一致的像素
    .action = 请从设备或存档系统重新导出该检查

more_pixels_than_stated = 文件中的像素多于其头信息所述
    .allowed = 与行数、列数和帧数一致的像素
    .action = 请从设备或存档系统重新导出该检查

high_bit = HighBit 表明数值位于高位，但其下的低位也有值
    .allowed = 从 HighBit 向下存放的数值
    .action = 请从设备或存档系统重新导出该检查

bits_above_stored_used = 数值所需位数多于 BitsStored：截去后致密组织会变成空气
    .allowed = BitsStored 位以内的数值
    .action = 请从设备或存档系统重新导出该检查

sign_contradicts = PixelRepresentation 与数值不符：致密组织会变成空气，或空气变成骨
    .allowed = 无符号为 0，有符号为 1
    .action = 请从设备或存档系统重新导出该检查

values_below_air = 大量数值远低于空气：斜率或截距与数值不符
    .allowed = 经斜率和截距换算后的 CT 值（HU）
    .action = 请从设备或存档系统重新导出该检查

values_jump = 在 { $low_mm } 与 { $high_mm } mm 之间，全部数值跳变 { $step_hu } HU：该处的斜率或截距与数值不符
    .allowed = 所有层面使用同一标度
    .action = 请从设备或存档系统重新导出该检查

question_columns_missing = 问题表缺少列 { $lacking }
    .allowed = ‘focus’、‘question’ 和 ‘answer’

record_unreadable = 文件不是单个患者的 ‘FHIR’ 资源包
    .allowed = 每位患者一个 JSON 格式的 ‘R4’ 资源包
    .action = 请将其移出文件夹

training_archive_damaged = { $name } 的压缩包无法解开
    .action = 请重新获取

training_data_missing = 数据文件夹中没有 { $name }
    .allowed = 同名文件夹，或 ‘zip’、‘tar’ 压缩包
    .action = 请参阅 ‘apps.medical.adapter.folders’
