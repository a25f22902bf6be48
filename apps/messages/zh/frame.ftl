# How refusals and lists are put together, the words of places, and why the system refused something.
refusal_of = { $where }：{ $what }
refusal_allowed = { $text }（允许：{ $allowed }）
refusal_action = { $text }；{ $action }
refusal_end = { $text }。

list_more = { $list }、{ $part }
list_end = { $list }和{ $part }

# A name of a taxonomy that has no entry, in its own words.
name_in_words = “{ $words }”

file_of = 第 { $number } 个文件（共 { $count } 个）

# A sentence that an earlier version stored as it was then put.
as_written = { $text }

system_eacces = 权限不足
system_eaddrinuse = 地址已被占用
system_eagain = 资源暂时不可用
system_ebusy = 设备或资源正忙
system_edquot = 超出磁盘配额
system_eexist = 文件已存在
system_efbig = 文件过大
system_einval = 参数无效
system_eio = 输入输出错误
system_eisdir = 这是文件夹
system_eloop = 符号链接层数过多
system_emfile = 打开的文件过多
system_enametoolong = 文件名过长
system_enfile = 系统打开的文件过多
system_enoent = 没有此文件或文件夹
system_enomem = 内存不足
system_enospc = 磁盘空间不足
system_enotdir = 不是文件夹
system_enotempty = 文件夹非空
system_enxio = 没有此设备或地址
system_eperm = 不允许此操作
system_erofs = 文件系统只读
system_estale = 文件句柄已失效
system_etimedout = 连接超时
system_etxtbsy = 文件正在被使用
system_other = 系统错误：{ $text }
