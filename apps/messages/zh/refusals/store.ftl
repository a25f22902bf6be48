# 存储的拒绝说明；编号与英文目录一致。

application_missing = 数据库中有未在设置中列出的应用的表：{ $name }
    .action = 请在 TANDEM_APPLICATIONS 中写明其记录所在的包

audit_changed = 审计链第 { $seq } 行被改动
    .action = 请将此数据库移走，并用最近一次通过校验的备份运行 'tandem restore FILE'

audit_incomplete = 审计链第 { $seq } 行缺失
    .action = 请将此数据库移走，并用最近一次通过校验的备份运行 'tandem restore FILE'

audit_replaced = 审计链第 { $seq } 行与已知的不符
    .action = 请将此数据库移走，并用最近一次通过校验的备份运行 'tandem restore FILE'

backup_exists = 备份要写入的位置已有文件
    .action = 请指定一个新文件名

backup_not_written = 无法写入备份（{ $why }）
    .action = 请指定空间足够且可写的位置

backup_of_other_kind = 该备份属于另一种数据库（{ $kind }）
    .allowed = 与 TANDEM_DATABASE_URL 同一种数据库
    .action = 请将 TANDEM_DATABASE_URL 设为该种数据库的一个新库

backup_unreadable = 无法读取备份（{ $why }）
    .action = 请检查该文件及其权限

bad_path = 该路径不是本系统编码下的有效文本
    .action = 请重命名该文件或文件夹

blob_damaged = 已存储的内容 { $content } 已损坏
    .action = 请删除需要它的结果，并重新读取

blobs_elsewhere = 内容文件夹中没有此数据库的内容
    .action = 请将 TANDEM_BLOBS_DIR 设为存有这些内容的文件夹，然后升级

blobs_foreign = 内容文件夹中存有另一个数据库的内容
    .action = 请将 TANDEM_BLOBS_DIR 设为此数据库专用的文件夹

blobs_read_only = 内容文件夹无法使用（{ $why }）
    .action = 请使其可读可写，或设置 TANDEM_BLOBS_DIR

blobs_unusable = 内容文件夹无法使用（{ $why }）
    .action = 请检查磁盘

data_dir_open_to_others = 本机的其他用户可读取数据文件夹
    .action = 请运行 'chmod { $mode } { $folder }'，或将 { $variable } 设为专用的文件夹

data_dir_unusable = 数据文件夹无法使用（{ $why }）
    .action = 请将 TANDEM_DATA_DIR 设为可写的文件夹

database_busy = 数据库服务器没有空余连接
    .action = 请稍后再试

database_damaged = 数据库文件已损坏
    .action = 请将其移走，并用备份运行 'tandem restore FILE'

database_file_damaged = 数据库文件已损坏：{ $found }
    .action = 请将其移走，并用备份运行 'tandem restore FILE'

database_foreign = 数据库中有其他程序的表
    .action = 请用 TANDEM_DATABASE_URL 为 Tandem 指定专用数据库

database_io = 数据库所在磁盘出错
    .action = 请检查磁盘，然后重试

database_locked = 另一个程序占用了数据库
    .action = 请结束该程序，或稍后再试

database_not_of_blobs = 内容文件夹存放的是另一存储库的内容，与此数据库不符
    .action = 请放回其数据库，或将两者移走并用备份运行 'tandem restore FILE'

database_not_opened = 数据库无法打开
    .action = 请检查其文件夹能否使用

database_read_only = 数据库只能读取
    .action = 请使其文件和文件夹可写

database_refused = 数据库服务器拒绝此用户或其密码
    .action = 请更正 TANDEM_DATABASE_URL

database_unreachable = 数据库服务器没有响应
    .action = 请启动它，或更正 TANDEM_DATABASE_URL

database_url_rejected = 数据库 URL 无法解析
    .allowed = 'sqlite:////absolute/file' 或 'postgresql://user:password@host:port/name'
    .action = 请更正 TANDEM_DATABASE_URL；密码中的 '@ : /' 等符号写作 '%40 %3A %2F'

database_url_without_file = 数据库 URL 未指明文件
    .allowed = sqlite:////absolute/file

disk_full = 磁盘已满，未存储任何内容
    .action = 请释放空间后重试

document_not_read = 无法读取结果 { $id } 的文档
    .action = 请删除该结果，并重新读取其输入

document_replaced = 结果 { $id } 的文档不是读取时保存的文档
    .action = 请删除该结果并重新读取其输入，或用备份运行 'tandem restore FILE'

driver_missing = 未安装 PostgreSQL 驱动
    .action = 请运行 ‘pip install "tandem[postgres]"’

file_no_database = 该文件不是数据库
    .action = 请将其移走，并用备份运行 'tandem restore FILE'

file_not_stored = 结果的文件“{ $name }”未存储
    .action = 请重新运行任务

in_use = 有任务正在读取它
    .action = 请等待其结束，或先运行 'tandem jobs cancel { $job }'

inbox_unusable = 数据文件夹中的 'inbox' 文件夹无法查看（{ $why }）
    .action = 请使其可读

input_gone = 此任务的输入已不在存储中
    .action = 请重新提供文件或文件夹

job_cancelled = 已取消

job_done = 已完成

job_ended = 任务已结束（{ $state }）

job_failed = 失败

job_not_ended = 任务{ $state }
    .action = 请先运行 'tandem jobs cancel { $job }'

job_not_retryable = 任务{ $state }
    .allowed = 失败或已取消的任务

job_queued = 排队中

job_running = 进行中

no_audit_head = 这不是审计链的链头
    .allowed = 'tandem db verify' 输出的链头

no_job_to_delete = 没有任务“{ $id }”
    .action = 请查看 { $commands }

no_reading_to_delete = 没有结果“{ $id }”
    .action = 请查看 { $commands }

no_such_content = 没有已存储的内容 { $content }
    .action = 请重新读取

no_such_job = 没有任务“{ $id }”
    .action = 请查看 'tandem jobs list'

no_such_path = 没有此文件或文件夹
    .action = 请检查路径

no_such_reading = 没有结果“{ $id }”
    .action = 请查看结果列表

no_such_user = 路径无法解析（没有此用户）
    .action = 请检查路径及其权限

not_a_backup = 该文件不是完整的 Tandem 备份
    .allowed = 由 'tandem backup FILE' 写出的文件
    .action = 请指定另一份备份

not_deleted_alone = “{ $kind }”类的行不能单独删除
    .allowed = { $kinds } 的编号

path_gone = 文件或文件夹已不在原处
    .action = 请放回原处，或指明新位置

path_unreadable_now = 文件或文件夹现已无法查看（{ $why }）
    .action = 请检查其权限

program_failed = 程序 { $program } 失败，状态为 { $status }
    .action = 请确认其版本与服务器一致：{ $program } --version

program_missing = 未安装 PostgreSQL 的程序 { $program }
    .action = 请安装与服务器版本一致的客户端程序，并使其可由搜索路径找到

reading_gone = 任务结束时，该读取结果已被删除
    .action = 请重新读取

records_missing = 找不到用于提供应用记录的包 { $package }
    .action = 请更正 TANDEM_APPLICATIONS

restore_not_verified = 恢复的内容未通过校验
    .action = 请用另一份备份运行 'tandem restore FILE'，恢复到新的位置

restore_over_blobs = 内容文件夹存放的是另一数据库的内容
    .action = 请将 TANDEM_BLOBS_DIR 或 TANDEM_DATA_DIR 设为新文件夹

restore_over_store = 备份要恢复到的位置已有数据库
    .action = 请将其连同文件移走，或将 TANDEM_DATA_DIR 或 TANDEM_DATABASE_URL 设为新的位置

row_differs = 结果 { $id } 在表 { $table } 中的行与其文档不符
    .action = 请删除该结果并重新读取其输入，或用备份运行 'tandem restore FILE'

schema_missing = 数据库中尚无 Tandem 的表
    .allowed = 结构版本 { $heads }
    .action = 请运行 'tandem db upgrade'

schema_newer = 数据库的结构版本 { $revision } 比此版 Tandem 更新
    .allowed = 结构版本 { $heads } 及更早
    .action = 请安装较新的 Tandem，或使用其他数据库

schema_older = 数据库的结构版本较旧
    .allowed = 结构版本 { $heads }
    .action = 请运行 'tandem db upgrade'

server_read_only = 数据库只能读取
    .action = 请连接可写的数据库

store_changed = 复制期间存储库发生了变化
    .action = 请重试

unknown_id = 没有编号为“{ $id }”的内容
    .allowed = 形如 'reading-0123abcd' 的编号
    .action = 请查看 { $commands }

unreadable_path = 路径无法查看（{ $why }）
    .action = 请检查路径及其权限

upload_not_removed = 上传的文件无法删除（{ $why }）
    .action = 请使数据文件夹中的 'inbox' 文件夹可写，并手动删除

worker_died = { $count } 个工作进程在步骤“{ $step }”中终止
    .action = 所需内存可能超过现有内存
