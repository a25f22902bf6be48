document_unreadable = 文档不符合 { $kind }：{ $place }：{ $why }
    .action = 请重新读取

no_port = 自 { $wanted } 起的端口均被占用
    .action = 请用 --port 指定空闲端口

notice_of_use = Tandem 为研究中的决策提供支持。它不是医疗器械，其发现不构成诊断，其内容也不构成投资建议。决定由有资质的人员作出。
