# Made by: python -m apps.messages.collect. Do not edit; change the sentences where they are raised.

deflate_bomb = a deflated DICOM file unpacks to more than 256 MiB
    .action = leave it out

dicom_damaged = the DICOM file is damaged or cut off
    .allowed = complete DICOM files
    .action = export the study again

dicom_truncated = the DICOM file is cut off: its pixels are incomplete
    .allowed = complete DICOM files
    .action = copy or export the study again

file_too_large = it is larger than 1 GiB
    .action = leave it out

no_such_path = there is no such file or folder
    .action = check the path

not_a_file = it is neither a folder nor a file
    .action = give a folder or a zip of DICOM

one_class = candidates without nodules, or without anything else

transfer_syntax = its transfer syntax cannot be decoded here
    .allowed = uncompressed, RLE, JPEG, JPEG lossless, JPEG-LS, JPEG 2000
    .action = export the study uncompressed

two_patients = it belongs to another patient than the files before it
    .allowed = one patient
    .action = separate the patients into folders of their own

zip_damaged = the zip archive is broken or incomplete
    .action = download or export it again

zip_path_traversal = a member of the zip archive has a name that leads out of the archive
    .action = do not trust this archive; export the study again

zip_symlink = the zip archive holds a symbolic link
    .action = pack the files themselves
