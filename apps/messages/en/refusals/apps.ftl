# Made by: python -m apps.messages.collect. Do not edit; change the sentences where they are raised.

disk_nearly_full = only { $free_gb } GB are free where the data is kept
    .action = free some space; a study takes up to 0.3 GB

document_lacks = { $place } is absent

document_no_json = it is not JSON

document_no_object = its JSON has another form

document_unfit = { $place } does not fit

document_unreadable = a document that is not a { $kind }: { $fault }
    .action = read the input again

domain_missing = there is no domain { $name }
    .allowed = { $known }
    .action = see 'tandem adapters list'

library_missing = the library { $name } is not installed
    .action = install Tandem with all that it depends on

no_adapter_in_use = no adapter of { $domain } is in use
    .action = train one with 'tandem train', or name a version

no_port = the ports from { $wanted } on are taken
    .action = give a free one with --port

no_process_for_parse = no process can be started to read it in ({ $why })
    .action = end other programs, or raise the limit of processes

no_weights = no weights are installed
    .action = install a release or a checkout that is complete

notice_of_use = Tandem supports decisions in research. It is not a medical device, its findings are not a diagnosis, and nothing it says is investment advice. A qualified person decides.

parse_call_too_long = what is asked for is too long ({ $kib } KiB)
    .allowed = at most { $most } KiB with the path
    .action = ask for less at a time

parse_crashed = the process that read it crashed (signal { $signal })
    .allowed = files as they are published
    .action = fetch it again from where it was published; nothing else was held up

parse_defect = reading it failed with an internal error ({ $kind } in { $module }, line { $line })

parse_disk_full = the disk is full, nothing was stored
    .action = free some space and try again

parse_folder_unusable = what is read cannot be written to the data folder ({ $why })
    .action = free some space, or set TANDEM_DATA_DIR to a folder that can be written

parse_no_answer = reading it had not ended after { $minutes } minutes and was stopped
    .allowed = files as they are published
    .action = try again when the machine is less busy, or fetch it again from where it was published

parse_process_lost = the process that reads files was ended from outside
    .action = try again

parse_too_long = reading it took more than { $seconds } s of processor time and was stopped
    .allowed = files as they are published
    .action = fetch it again from where it was published; nothing else was held up

parse_too_much_memory = reading it took more than { $mib } MiB of memory and was stopped
    .allowed = files as they are published
    .action = fetch it again from where it was published; nothing else was held up

setting_no_database = a database URL starts with sqlite:/// or postgresql://

setting_no_device = a device is cpu, cuda or cuda:N

setting_no_home = this user has no home folder; give the path of a folder

setting_no_integer = Input should be a valid integer, unable to parse string as an integer

setting_no_switch = a switch is true or false

setting_other = { $text }

setting_rejected = the setting { $name } cannot be used: { $reason }
    .action = correct or unset { $name }

setting_too_large = Input should be less than or equal to { $most }

setting_too_small = Input should be greater than or equal to { $least }

setting_unknown = there is no setting { $name }
    .action = write { $near }, if that is meant

weights_card_empty = a card that names no weights
    .action = reinstall the weights

weights_card_missing = the weights '{ $name }' are not installed
    .action = install a release or a checkout that is complete

weights_card_unreadable = a card of the weights '{ $name }' that is not JSON
    .action = reinstall the weights

weights_file_missing = the weights { $name } are missing
    .action = install a release or a checkout that is complete
