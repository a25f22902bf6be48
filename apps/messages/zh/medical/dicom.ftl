# 检查导入时的说明：提示，以及序列未读取的原因。

# 关于输入的提示
not_dicom = 有 { $count } 个文件不是 DICOM 图像，未予读取：{ $kinds }。
files_and_files = { $first }，{ $rest }
files_empty = { $count } 个空文件
files_pdf = { $count } 个 PDF
files_zip = { $count } 个 zip 压缩包
files_archive = { $count } 个压缩包
files_dicomdir = { $count } 个 DICOMDIR
files_other = { $count } 个其他类型
archives_inside = 其中 { $count } 个压缩包未打开，包内图像未读取。
links_skipped = { $count } 个链接未跟随。
private_undecodable = { $count } 个文件的私有数据元素无法解码，其内容未使用。
patient_name_varies = 各文件中患者姓名的写法不一致。
patient_issuer_varies = 各文件中患者编号的签发机构不一致，采用了多数图像所写的机构。
other_patient_beside = 所读图像之外有 { $count } 个文件写的是另一名患者。
patient_only_beside = 所读图像未写明患者；另有 { $count } 个文件写有患者，未采用。
files_damaged = { $count } 个 DICOM 文件损坏、不完整或以无法读取的方式压缩，已略去；据现有信息判断，它们不属于所读序列。
files_forbidden = 当前用户无权读取 { $count } 个文件，已略去；若它们属于该检查，请更改其权限。
folders_forbidden = 当前用户无权读取其中 { $count } 个文件夹，其内容已略去。
several_studies = 其中有 { $num_studies } 次检查，仅读取了其中一次检查的一个序列。

# 关于所读序列的提示
series_of_several = 该序列含有多组体数据（如多次采集或多种重建），读取了第 { $part } 组。
acquisitions_joined = 该序列由多次采集拼接而成，接合处位于 { $positions_mm } mm；该处的结节可能漏检或重复出现。
reconstruction_varies = 有 { $num_slices } 个层面标注的卷积核或层厚与其他层面不同；该处没有其他层面，已予读取。
frame_of_reference_varies = 各文件的参考坐标系不一致，其位置按原样采用。
slices_apart = 每 { NUMBER($step_mm, minimumFractionDigits: 2) } mm 层间距中有 { NUMBER($gap_mm, minimumFractionDigits: 2) } mm 未成像，其中的结节无法发现。
thick_slices = 层厚或层间距为 { NUMBER($thickness_mm, minimumFractionDigits: 1) } mm，小于 { $smallest_mm } mm 的结节可能漏检。
derived_series = 该序列由其他图像衍生，没有可用的原始序列。
derived_in_part = 该序列中有 { $num_slices } 个层面由其他图像衍生，其数值可能不是扫描的原始值。
lossy = 图像曾经过有损压缩。
bits_above_stored = { $percent }% 的像素在 BitsStored 以上的位有值，且没有叠加层说明；这些位已舍去。
below_air = { $percent }% 的像素远低于空气且不是填充值；没有如此低密度的组织，这些像素按空气显示。
padding_in_tissue = 组织内有 { $percent }% 的像素等于 PixelPaddingValue；已作为数值读取，未作填充处理。
plain_in_items = 有 { $count } 个文件的像素分装在条目中，与其传输语法不符；已读取。
plain_under_coded_syntax = 有 { $count } 个文件的像素未压缩，与其传输语法不符；已读取。
syntax_contradicts = 有 { $count } 幅图像的压缩方式与其传输语法不符；已按实际方式读取。
items_without_end = 有 { $count } 个文件的像素缺少结束标记；其码流自身的结束标记完整。
shown_inverse = 图像应反相显示（MONOCHROME1）；数值不变，此处按常规显示。
mixed_series = 同一序列中有 { $num_images } 幅图像的几何参数或采集参数不同，未予读取。
slices_repeated = 有 { $num_slices } 个层面与其他层面重复（像素完全相同），每个层面只使用一份。
slices_blank = 有 { $num_slices } 个层面只有单一数值（位置 { $positions_mm } mm），该处没有图像内容。
slices_same_pixels = 有 { $num_slices } 个层面的像素与另一层面完全相同（位置 { $positions_mm } mm）；相同的层面中至多一个位置正确，其余位置的真实图像缺失。
slices_break = 位置 { $positions_mm } mm 处有 { $num_slices } 个层面与下一层面不连续：患者移动过，或图像缺失、不属于该处。
slices_odd = 有 { $num_slices } 个层面与相邻层面差异过大（位置 { $positions_mm } mm），可能已损坏。
values_stray = 有 { $num_slices } 个层面含有与周围数值毫不相称的值（位置 { $positions_mm } mm），其中一部分可能已损坏。
slices_missing_outside = 肺外缺少层面，缺口以外的 { $num_slices } 个层面未予读取。
slices_shifted = 各层面之间最大错位 { NUMBER($shift_mm, minimumFractionDigits: 2) } mm。
gantry_tilt = 机架倾斜 { NUMBER($degrees, minimumFractionDigits: 1) } 度；位置和体积已作校正，形态显示有斜切变形。
tilt_contradicts = 文件头写明机架倾斜 { NUMBER($stated, minimumFractionDigits: 1) } 度，位置显示为 { NUMBER($degrees, minimumFractionDigits: 1) } 度，按位置处理。
rescale_varies = 各层面的缩放斜率或截距不同，已按各层面自身的值换算。
kernel_not_kept = 头文件中重建卷积核的名称不属于任何设备厂商的用语，可能含有个人信息，因此未保留；图像是锐利还是平滑不得而知。
pixel_format_varies = 各层面存储值的符号或位数不同；每个层面均按其自身格式读取。
uid_of_guid = UID 写成了标准不允许的全局唯一标识符形式，已按标准换算为对应的 UID。
uid_repeated = 图像 UID 缺失或重复，导出结果无法指向单幅图像。

# 序列未读取的原因
series_localizer = 定位像
series_projection = 投影或渲染图像，其数值并非该处组织的数值
series_captured = 二次捕获图像
series_not_hounsfield = 其数值不是 CT 值（HU）
series_burned_in = 图像中烧录有文字
series_too_few_slices = 仅有 { $num_slices } 个层面
series_not_axial = 非轴位
series_too_short = 扫描范围仅 { $height_mm } mm，不足以覆盖肺部
series_not_asked = 指定读取的是另一个序列
volume_not_asked = 指定读取的是同一序列的另一组体数据
series_no_place = { $attribute } 缺失、不可用或不属于 CT 图像
series_derived = 由其他图像衍生，已读取原始序列
series_thicker = 已读取层厚更薄的序列（{ NUMBER($read_mm, minimumFractionDigits: 2) } mm）
series_less_coverage = 对肺部的覆盖不如已读取的序列
series_other_part = 读取了同一序列的另一组体数据
series_as_thick = 已读取另一个层厚相同的序列
series_not_ct = 非 CT 图像：{ $object }
object_magnetic_resonance = 磁共振
object_pet = PET
object_nuclear_medicine = 核医学
object_ultrasound = 超声
object_radiograph = X 线平片
object_structured_report = 结构化报告
object_presentation_state = 呈现状态
object_segmentation = 分割
object_key_object_note = 关键对象选择
object_structure_set = 放疗结构集
object_document = 文档
object_other = 其他对象

# 拒绝说明的组成部分
series_and_series = { $first }；{ $rest }
series_with_reason = 序列 { $number }（{ $num_slices } 幅图像，{ $series_uid }）：{ $reason }
series_more = 以及另外 { $count } 个
no_number = 无编号
