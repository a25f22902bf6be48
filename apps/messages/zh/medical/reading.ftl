# CT 读取结果中没有的内容及其原因。
lobes_not_segmented = 未作肺叶分割
finding_not_shown = 该病灶低于检出阈值
no_record = 未随检查提供病历
no_study_date = 图像中没有检查日期
not_kept_then = 读取时未保存
image_not_numbered = 该图像没有编号
contrast_not_stated = 文件头未写明
