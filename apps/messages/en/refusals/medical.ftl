# Made by: python -m apps.messages.collect. Do not edit; change the sentences where they are raised.

arrays_unreadable = a file of arrays that is damaged, or not one of this training's
    .action = make it anew with the command that wrote it

background_missing = the prepared background is absent
    .action = make it with `python -m apps.medical.nodules.training background`

background_turned = { $name }: a CT whose slices, rows and columns do not run upwards, backwards and to the left
    .action = take one of a patient who lies on the back, head first or turned so

bits_above_stored_used = its values need more bits than BitsStored says: cut to them, dense tissue would become air
    .allowed = values of BitsStored bits
    .action = export the study again from the scanner or archive

candidate_rows_misshapen = candidates whose vectors, positions, spacing, facts and scores do not fit together
    .allowed = [N, T, C], [N, T, 3], [N, 3], [N, F] and [N]

candidate_without_vector = a candidate without its first vector

candidates_misshapen = candidates whose features, places, spacing and scores do not fit together
    .allowed = [N, { $tokens } * C], [N, 3], [N, 3] and [N]

candidates_missing = the candidates are absent
    .action = make them with `python -m apps.medical.nodules.training candidates`

candidates_not_finite = candidates with a value that is not finite

candidates_not_for_training = candidates of { $count } patients who are not for training
    .action = make the part 'train' anew

candidates_not_for_validation = candidates of { $count } patients who are not for validation
    .action = make the part 'validation' anew

candidates_of_one_class = candidates without nodules, or without anything else

deflate_bomb = a deflated DICOM file unpacks to more than { $mib } MiB
    .action = leave it out

detector_weights_differ = the detector's weights are not those that the operating point was chosen for
    .action = install the package again, or choose the operating point anew

dicom_attribute = { $attribute } is absent or cannot be read
    .action = export the study again

dicom_damaged = the DICOM file is damaged or cut off
    .allowed = complete DICOM files
    .action = export the study again

dicom_too_many_items = a DICOM file holds more than { $most } items of sequences
    .allowed = images as scanners and archives write them
    .action = leave it out

dicom_truncated = the DICOM file is cut off: its pixels are incomplete
    .allowed = complete DICOM files
    .action = copy or export the study again

facts_not_trained = facts that the head was not trained on
    .allowed = { $count } of them

field_picture_missing = slice { $number } of a field has no { $kind }

field_sizes_differ = an image and its outline differ in size

file_is_archive = an archive, but no zip archive

file_is_dicomdir = a DICOMDIR

file_is_empty = empty

file_is_no_image = not a DICOM image

file_is_of_another_kind = of another kind

file_is_pdf = a PDF

file_is_zip = a zip archive

file_of_with_hash = file { $number } of { $count } (sha256 { $sha256 })

give_image_folder = give the folder that holds the images

high_bit = HighBit says that its values stand higher than BitsStored needs, but the bits below them are used too
    .allowed = values from HighBit downwards
    .action = export the study again from the scanner or archive

hounsfield_array_unfit = an array of Hounsfield units needs int16 values and its geometry beside it
    .action = write spacing_mm_zyx and origin_mm_xyz into a JSON file of the same name

items_under_plain_syntax = its transfer syntax says that the pixels are plain, but they are packed in items of an unknown coding
    .allowed = pixels as the transfer syntax says
    .action = export the study again from the scanner or archive

linking_not_fitted = the linking of fold { $fold } is not fitted yet
    .action = fit it with the command link, with the same --out

linking_of_other_features = linking weights that were made for other features
    .action = fit them anew

linking_unreadable = the linking weights of fold { $fold } cannot be read
    .action = fit them anew with the command link

lungs_bowel_gas = the air inside the body is bowel gas or lies outside

lungs_height = what looks like lungs is { $height_mm } mm high

lungs_leave_view = the edge of the picture cuts through them

lungs_no_air = there is no air inside the body

lungs_no_body = there is no body in it

lungs_not_found = no air is left that could be lungs

lungs_volume = what looks like lungs has { $volume_ml } ml

more_pixels_than_stated = it holds more pixels than its header says
    .allowed = as many pixels as rows, columns and frames
    .action = export the study again from the scanner or archive

no_lungs = no lungs can be found in it: { $what }
    .allowed = a chest CT with lungs of { $least_ml } to { $most_ml } ml
    .action = choose a series that shows the lungs

no_reading_of_study = there is no reading '{ $id }' of a study
    .action = see the list of studies

no_series_fits = no series can be read: { $series }
    .allowed = a complete axial CT series that covers the lungs
    .action = export such a series, or name one of these with its UID

no_such_patient = there is no patient '{ $id }'
    .action = see { $commands }

no_such_series = there is no CT series with this UID in it
    .allowed = { $series }
    .action = give one of these, or none

no_such_study = there is no study '{ $id }'
    .action = see { $commands }

nodule_field = { $name }

nodule_stem_misfit = the stem's weights of fold { $fold } do not fit its card

nodule_table_missing = the table { $table } is absent
    .action = see the format in apps.medical.nodules.training.sources.fields

plain_nets_misfit = plain nets that do not fit their card
    .action = install the package again

question_columns_missing = a table of questions without the columns { $lacking }
    .allowed = focus, question and answer

record_unreadable = a file that is no FHIR bundle of one patient
    .allowed = R4 bundles as JSON, one a patient
    .action = leave it out of the folder

rescale_absent = RescaleSlope or RescaleIntercept is absent, so its values cannot be converted to Hounsfield units
    .allowed = a slope above 0 and an intercept in every image
    .action = export the study again from the scanner or archive

rescale_slope = RescaleSlope is { $slope }, so its values cannot be converted to Hounsfield units
    .allowed = a slope above 0 and an intercept in every image
    .action = export the study again from the scanner or archive

second_look_of_other_facts = a second look that was trained on other facts
    .action = install the package again, or train the heads anew

series_too_large = the series has { $num_slices } slices of { $rows } x { $columns }
    .allowed = at most { $millions } million voxels
    .action = choose another series

sign_contradicts = PixelRepresentation is not that of its values: dense tissue would become air, or air bone
    .allowed = 0 for values without a sign, 1 for values with one
    .action = export the study again from the scanner or archive

slice_missing = 1 slice is missing inside the lungs between { $low_mm } and { $high_mm } mm
    .allowed = complete lungs
    .action = export or copy the series again

slices_by_turns = its slices belong by turns to several volumes: each resembles one further on more than the next
    .allowed = one volume a series
    .action = export each acquisition or reconstruction as a series of its own

slices_missing = { $num_slices } slices are missing inside the lungs between { $low_mm } and { $high_mm } mm
    .allowed = complete lungs
    .action = export or copy the series again

slices_not_aligned = its slices are shifted against each other by up to { $shift_mm } mm
    .allowed = slices that line up
    .action = export the original axial series

slices_off_even_steps = its slices lie up to { $off_mm } mm from even steps of { $step_mm } mm
    .allowed = evenly spaced slices
    .action = export the original axial series

slices_uneven = slices are { $width_mm } mm apart inside the lungs between { $low_mm } and { $high_mm } mm, elsewhere { $step_mm } mm
    .allowed = evenly spaced slices
    .action = export the original axial series

stem_not_trained = the stem of fold { $fold } is not trained yet
    .action = train it with the command stem, with the same --out

study_disk_failed = the disk refused to read a file
    .action = copy the study and try again

study_empty = there is no file in it
    .allowed = a folder or a zip of DICOM images
    .action = give the folder that holds the images

study_file_forbidden = the file may not be read by this user
    .action = change its permissions

study_file_kind = the file is { $kind }
    .allowed = a folder or zip of CT images in DICOM
    .action = give the folder that holds the images

study_file_missing = there is no file { $number } in it
    .allowed = 1 to { $count }

study_file_too_large = it is larger than 1 GiB
    .action = leave it out

study_file_unreadable = the disk refused to read the file
    .action = copy the study and try again

study_folder_forbidden = a folder of the study may not be read by this user
    .action = change its permissions

study_folder_too_deep = folders lie more than { $most } deep in each other
    .action = give the folder that holds the images

study_folder_unreadable = the disk refused to list a folder
    .action = copy the study and try again

study_no_ct = none of its { $count } DICOM objects is a CT image
    .allowed = a folder or zip of CT images in DICOM
    .action = { $action }

study_no_dicom = none of its { $count } files is a DICOM image
    .allowed = a folder or zip of CT images in DICOM
    .action = { $action }

study_no_file = it is neither a folder nor a file
    .action = give a folder or a zip of DICOM

study_only_archives = it holds nothing but archives
    .allowed = a folder or zip of CT images in DICOM
    .action = unpack the archives and give the folder

study_only_file = its only file is { $kind }
    .allowed = a folder or zip of CT images in DICOM
    .action = { $action }

study_only_links = there is no file in it, only { $count } links, which are not followed
    .allowed = a folder or a zip of DICOM images
    .action = give the folder that holds the images

study_path_forbidden = the path may not be read by this user
    .action = change its permissions

study_path_missing = there is no such file or folder
    .action = check the path

study_too_many_files = the folder holds more than { $most } files
    .action = give the folder of one study

training_archive_damaged = an archive of { $name } that cannot be unpacked
    .action = get it again

training_data_missing = the folder of data holds no { $name }
    .allowed = a folder of that name, or a zip or tar archive
    .action = see apps.medical.adapter.folders

transfer_syntax = its transfer syntax cannot be decoded here
    .allowed = uncompressed, RLE, JPEG, JPEG lossless, JPEG-LS, JPEG 2000
    .action = export the study uncompressed

two_files_of = file { $number } of { $count } (sha256 { $sha256 }) and file { $other }

two_patients = it belongs to another patient than the files before it
    .allowed = one patient
    .action = separate the patients into folders of their own

two_slices_one_position = two different slices lie at { $position_mm } mm
    .allowed = one slice at each position
    .action = export one series alone

unpack_archives = unpack the archives and give the folder

values_below_air = many of its values lie far below air: slope or intercept is not that of its values
    .allowed = values in Hounsfield units after slope and intercept
    .action = export the study again from the scanner or archive

values_jump = all values jump by { $step_hu } HU between { $low_mm } and { $high_mm } mm: slope or intercept is not that of the values there
    .allowed = one scale in all slices
    .action = export the study again from the scanner or archive

zip_damaged = the zip archive is broken or incomplete
    .action = download or export it again

zip_encrypted = the zip archive is encrypted
    .action = unpack it with a program that you trust and give the folder

zip_larger_than_stated = the zip archive unpacks to more than 2 GiB
    .allowed = at most 2 GiB
    .action = unpack it with a program that you trust and give the folder

zip_member_cut = it cannot be unpacked
    .action = export the study again

zip_member_damaged = it is damaged inside the zip archive (its checksum is wrong)
    .action = export the study again

zip_member_method = it is encrypted or packed by an unusual method
    .action = export the study again

zip_member_unending = a file in the zip archive holds { $mib } MiB before its pixels
    .action = unpack it with a program that you trust and give the folder

zip_not_opened = the zip archive cannot be opened: the file is { $kind }, or its beginning is damaged
    .allowed = a folder or zip of CT images in DICOM
    .action = download or export it again, or give the folder that holds the images

zip_overlaps = members of the zip archive lie over each other
    .action = do not trust this archive; export the study again

zip_path_traversal = a member of the zip archive has a name that leads out of the archive
    .action = do not trust this archive; export the study again

zip_swells = the zip archive unpacks to { $times } times its size
    .allowed = at most { $most } times
    .action = do not trust this archive; export the study again

zip_symlink = the zip archive holds a symbolic link
    .action = pack the files themselves

zip_too_large = the zip archive unpacks to { $gib } GiB
    .allowed = at most 2 GiB, 1 GiB a file
    .action = unpack it with a program that you trust and give the folder

zip_too_many_members = the zip archive has { $count } members
    .allowed = at most { $most }
    .action = unpack it with a program that you trust and give the folder
