# 任务的拒绝说明；编号与英文目录一致。

defect = 步骤“{ $step }”遇到程序内部错误（{ $kind }，{ $module } 第 { $line } 行）

job_kind_taken = “{ $kind }”类任务已由 { $first } 注册，又由 { $second } 注册
    .allowed = 每类任务一个函数
    .action = 请为其中之一改名，或从 TANDEM_JOB_MODULES 中移除其模块

job_not_done = 任务{ $state }

job_module_missing = 找不到用于注册任务的模块 { $module }
    .action = 请更正 TANDEM_JOB_MODULES 或模块名称

jobs_file_damaged = 记录步骤的文件已损坏，或已被替换
    .action = 请重新启动工作进程，它会新建一个

no_kind_registered = 尚未注册任何任务

no_process_for_worker = 无法启动工作进程（{ $why }）
    .action = 请结束其他程序，或提高进程数上限

record_not_json = 某一步骤的记录不是 JSON，不予读取
    .action = 请重试该任务，它会从头开始

unknown_job_kind = 此处没有“{ $kind }”类任务
    .allowed = { $kinds }
    .action = 请启动带有其注册模块的工作进程

worker_broken = 工作进程遇到程序内部错误（{ $kind }，第 { $line } 行）
    .action = 请重新启动

worker_does_not_start = 无法启动工作进程
    .action = 请运行 'tandem worker' 查看原因（其退出状态为 { $status }）

worker_stuck = 工作进程的心跳已停止 { $seconds } 秒
    .action = 请重新启动它
