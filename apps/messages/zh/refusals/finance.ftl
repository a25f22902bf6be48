another_kind = 这是{ $kind }
    .allowed = { $wanted }
    .action = 请提供报告的 .htm 或 .html 文件

address_given = 这是网络地址；Tandem 不下载任何内容
    .allowed = 本机上的文件或文件夹
    .action = 请保存报告后提供其文件

document_type = 文档带有自定义的文档类型，其中可能定义实体
    .allowed = 不带文档类型，或仅有 XHTML 的文档类型
    .action = 请从监管机构网站重新获取；实体从不展开

empty_file = 文件为空
    .allowed = { $wanted }
    .action = 请重新获取报告

encoding = 文档声明的编码为 { $encoding }
    .allowed = UTF-8、UTF-16、ISO 8859、Windows 及东亚各编码
    .action = 请另存为 UTF-8

entities = 其实体无法读取，位于第 { $line } 行
    .allowed = { $wanted }
    .action = 请重新获取原始申报文件

folder_given = 此处读取单份报告，给出的却是文件夹
    .action = 请给出其中一个文件

folder_unreadable = 文件夹无法打开（{ $why }）
    .action = 请检查其权限

kind_device = 设备

kind_gzip = gzip 文件

kind_image = 图像

kind_no_file = 非普通文件

kind_office = Office 文件

kind_pdf = PDF 文件

kind_pipe = 管道

kind_socket = 套接字

nested_too_deeply = 其元素嵌套过深，超出任何报告
    .allowed = { $wanted }
    .action = 请重新获取原始申报文件

no_finance_examples = 文件夹中没有报告、报表、问题或消息
    .allowed = ‘python -m apps.finance.adapter.examples --help’ 列出的内容
    .action = 请指定存放这些内容的文件夹

no_inline_xbrl = 文档不含内联 XBRL
    .allowed = { $wanted }
    .action = 请提供申报的主文档；较早的报告及附件没有标记

no_plain_file = 这是{ $kind }
    .allowed = { $wanted }
    .action = 请给出报告文件

no_reports = 文件夹中没有报告
    .allowed = 扩展名为 { $endings } 的内联 XBRL 文件，子文件夹亦可
    .action = 请给出存放报告的文件夹，或单个文件

no_such_element = 文档中没有元素 { $element }
    .action = 请重新读取申报文件

no_such_report = 没有此文件或文件夹
    .action = 请检查路径

not_html = 这不是 HTML 文档
    .allowed = { $wanted }
    .action = 请提供报告的 .htm 或 .html 文件

not_well_formed = 文档不是格式良好的 XML，位于第 { $line } 行（{ $reason }）
    .allowed = { $wanted }
    .action = 请重新获取原始申报文件

one_report = 单份报告，即不超过 { $most } MiB 的普通文件

only_pdfs = 文件夹中有 PDF，但没有可读取的报告
    .allowed = 以 { $endings } 结尾的内联 XBRL 文件，含子文件夹
    .action = 请获取申报时的内联 XBRL 格式报告

part_of_a_set = 这是一组文档的一部分：其上下文在另一文件中
    .allowed = 该组的全部文档
    .action = 请提供含有全部文档的文件夹，或其 zip 压缩包

quoted = “{ $text }”

quoted_with_apostrophe = “{ $text }”

report_too_large = 文件过大，不可能是报告
    .allowed = { $wanted }
    .action = 请只提供报告本身，不含页面图像

report_zip_damaged = zip 压缩包已损坏，或需要密码
    .allowed = 一份报告的文档的 zip 压缩包
    .action = 请解压后提供报告所在的文件夹

report_zip_too_large = zip 压缩包的内容超出一份报告
    .allowed = 至多 { $members } 个文件、{ $most } MiB 的文档
    .action = 请单独提供该报告

several_reports = 其中含有 { $count } 份报告
    .allowed = 一份报告：单个文档，或相互引用的若干文档
    .action = 请提供其中一份

too_long = 有文本或属性超过 1000 万个字符，位于第 { $line } 行
    .allowed = { $wanted }
    .action = 请重新获取原始申报文件

too_much_markup = 其标记将占用 { $mib } MiB 内存，为文档大小的 { $times } 倍
    .allowed = 最多 { $most } MiB 且不超过 { $most_times } 倍
    .action = 请重新获取按原样提交的报告

truncated = 文档在第 { $line } 行中断
    .allowed = { $wanted }
    .action = 请重新获取原始申报文件

unreadable_file = 文件无法打开（{ $why }）
    .action = 请检查访问权限

wanted_report = 单份内联 XBRL 报告，即公司申报的 XHTML 文档

xbrl_instance = 这是 XBRL 实例文档：只有事实，没有页面
    .allowed = { $wanted }
    .action = 请提供报告的内联 XBRL 文档（.htm、.html 或 .xhtml）

xml_ampersand = & 之后不是字符引用

xml_attribute = 属性的写法不符合 XML

xml_attribute_twice = 同一标签中有重复的属性

xml_character = 含有 XML 不允许的字符

xml_encoding = 含有与其字符编码不符的字节

xml_end = 根元素之前或之后还有内容

xml_name = < 或 & 之后缺少名称

xml_prefix = 名称前缀未声明或声明有误

xml_section = 注释或字符数据段的写法不符合 XML

xml_syntax = 解析器错误 { $number }

xml_tag = 标签不完整

xml_tags = 元素未闭合，或由其他元素的结束标签闭合
