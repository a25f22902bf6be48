# Made by: python -m apps.messages.collect. Do not edit; change the sentences where they are raised.

address_given = this is an address on the web; Tandem fetches nothing
    .allowed = a file or folder on this machine
    .action = save the report and give its file

another_kind = this is { $kind }
    .allowed = { $wanted }
    .action = give the report's .htm or .html file

document_type = the document has a document type of its own, which may define entities
    .allowed = none, or the bare document type of XHTML
    .action = fetch it again from the regulator's site; entities are never expanded

empty_file = the file is empty
    .allowed = { $wanted }
    .action = fetch the report again

encoding = the document declares the encoding { $encoding }
    .allowed = UTF-8, UTF-16, ISO 8859, Windows and East Asian encodings
    .action = save it as UTF-8

entities = its entities cannot be read, at line { $line }
    .allowed = { $wanted }
    .action = fetch the report again, as it was filed

folder_given = a folder was given where one report is read
    .action = give one of the files in it, or a folder with the documents of one report alone

folder_unreadable = the folder cannot be opened ({ $why })
    .action = check its permissions

kind_device = a device

kind_gzip = a gzip file

kind_image = an image

kind_no_file = no plain file

kind_office = an Office file

kind_pdf = a PDF

kind_pipe = a pipe

kind_socket = a socket

nested_too_deeply = its elements are nested more deeply than any report's
    .allowed = { $wanted }
    .action = fetch the report again, as it was filed

no_finance_examples = a folder without reports, statements, questions or messages
    .allowed = what python -m apps.finance.adapter.examples --help names
    .action = give the folder that holds them

no_inline_xbrl = the document holds no inline XBRL
    .allowed = { $wanted }
    .action = give the primary document of the filing; older reports and exhibits are not tagged

no_plain_file = it is { $kind }
    .allowed = { $wanted }
    .action = give the report's file

no_reports = the folder holds no report
    .allowed = inline XBRL files ending in { $endings }, also in subfolders
    .action = give a folder with reports, or one file

no_such_element = the document has no element { $element }
    .action = read the filing again

no_such_report = there is no such file or folder
    .action = check the path

not_html = this is not an HTML document
    .allowed = { $wanted }
    .action = give the report's .htm or .html file

not_well_formed = the document is not well-formed XML, at line { $line } ({ $reason })
    .allowed = { $wanted }
    .action = fetch the report again, as it was filed

one_report = one report, a plain file of at most { $most } MiB

only_pdfs = the folder holds PDFs, but no report that can be read
    .allowed = inline XBRL files ending in { $endings }, also in subfolders
    .action = fetch the reports as inline XBRL, as they were filed

part_of_a_set = this is a part of a set of documents: its contexts are in another file
    .allowed = the documents of the set together
    .action = give the folder that holds all of them, or a zip of it

quoted = '{ $text }'

quoted_with_apostrophe = "{ $text }"

report_too_large = the file is too large to be a report
    .allowed = { $wanted }
    .action = give the report alone, without the images of its pages

report_zip_damaged = the zip archive is damaged, or needs a password
    .allowed = a zip of one report's documents
    .action = unpack it and give the report's folder

report_zip_too_large = the zip archive holds more than a report
    .allowed = at most { $members } files, and { $most } MiB of documents
    .action = give the report alone

several_reports = it holds { $count } reports
    .allowed = one report, of one document or of several that refer to each other
    .action = give one of them

too_long = one text or attribute has more than 10 million characters, at line { $line }
    .allowed = { $wanted }
    .action = fetch the report again, as it was filed

too_much_markup = its markup would take { $mib } MiB of memory, { $times } times the size of the document
    .allowed = at most { $most } MiB, and { $most_times } times
    .action = fetch the report again, as it was filed

truncated = the document ends in the middle, at line { $line }
    .allowed = { $wanted }
    .action = fetch the report again, as it was filed

unreadable_file = the file cannot be opened ({ $why })
    .action = check its permissions

wanted_report = one inline XBRL report, an XHTML document as companies file it

xbrl_instance = this is an XBRL instance: the facts alone, without the pages
    .allowed = { $wanted }
    .action = give the report's inline XBRL document (.htm, .html or .xhtml)

xml_ampersand = an & that begins no character

xml_attribute = an attribute is not written as XML wants it

xml_attribute_twice = an attribute stands twice in one tag

xml_character = a character that XML does not allow

xml_encoding = bytes that are not of its character encoding

xml_end = something stands before its first element or after its last

xml_name = no name follows a < or an &

xml_prefix = a prefix of a name is not declared, or wrongly

xml_section = a comment or a CDATA section is not written as XML wants it

xml_syntax = the parser's error { $number }

xml_tag = a tag is not written to its end

xml_tags = an element is not closed, or closed by another one's tag
