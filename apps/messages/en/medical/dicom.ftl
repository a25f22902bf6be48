# What an import of a study says: cautions, and why a series was not read.

# Cautions of the input
not_dicom = { $count ->
    [1] 1 file is not a DICOM image and was
   *[other] { $count } files are not DICOM images and were
} left out: { $kinds }.
files_and_files = { $first }, { $rest }
files_empty = { $count } empty
files_pdf = { $count } PDF
files_zip = { $count ->
    [1] 1 zip archive
   *[other] { $count } zip archives
}
files_archive = { $count ->
    [1] 1 archive
   *[other] { $count } archives
}
files_dicomdir = { $count } DICOMDIR
files_other = { $count ->
    [1] 1 of another kind
   *[other] { $count } of other kinds
}
archives_inside = { $count ->
    [1] 1 archive inside was
   *[other] { $count } archives inside were
} not opened; no images in archives were read.
links_skipped = { $count ->
    [1] 1 link was
   *[other] { $count } links were
} not followed.
private_undecodable = Private elements of { $count ->
    [1] 1 file
   *[other] { $count } files
} cannot be decoded; they are not used.
patient_name_varies = The patient's name is not written the same in all files.
patient_issuer_varies = The files name several issuers of the patient's number; the one that most of the images name was kept.
other_patient_beside = { $count ->
    [1] 1 file beside the images that were read names
   *[other] { $count } files beside the images that were read name
} another patient.
patient_only_beside = The images that were read do not name their patient. { $count ->
    [1] 1 other file names one, who was
   *[other] { $count } other files name one, who was
} not taken for theirs.
files_damaged = { $count ->
    [1] 1 DICOM file is damaged, cut off or packed in a way that is not read, and was left out; as far as can be told it is no image
   *[other] { $count } DICOM files are damaged, cut off or packed in a way that is not read, and were left out; as far as can be told they are no images
} of the series.
files_forbidden = { $count ->
    [1] 1 file may not be read by this user and was
   *[other] { $count } files may not be read by this user and were
} left out; change the permissions if this should not be so.
folders_forbidden = { $count ->
    [1] 1 folder
   *[other] { $count } folders
} inside may not be read by this user; whatever lies there was left out.
several_studies = The input holds { $num_studies } studies; one series of one study was read.

# Cautions of the series that was read
series_of_several = The series holds several volumes, as of several acquisitions or reconstructions; number { $part } was read.
acquisitions_joined = The series is put together from several acquisitions, joined at { $positions_mm } mm; a nodule there may be missed or seen twice.
reconstruction_varies = { $num_slices ->
    [1] 1 slice is
   *[other] { $num_slices } slices are
} labelled with another kernel or slice thickness than the others; no other slices lie there, and they were read.
frame_of_reference_varies = The frame of reference is not the same in all files; their positions were taken as they are.
slices_apart = Of every { NUMBER($step_mm, minimumFractionDigits: 2) } mm between slices { NUMBER($gap_mm, minimumFractionDigits: 2) } mm were not imaged; nodules there are missed.
thick_slices = Slice thickness or spacing is { NUMBER($thickness_mm, minimumFractionDigits: 1) } mm; nodules smaller than { $smallest_mm } mm may be missed.
derived_series = The series is derived from other images; no original series is usable.
derived_in_part = { $num_slices ->
    [1] 1 slice of the series was
   *[other] { $num_slices } slices of the series were
} made from other images; values there may not be those of the scan.
lossy = The images have undergone lossy compression.
bits_above_stored = { $percent }% of the pixels have bits above BitsStored that no overlay accounts for; they were left out.
below_air = { $percent }% of the pixels lie far below air and are no padding; no tissue is so thin, and they are shown as air.
padding_in_tissue = { $percent }% of the pixels have the value of PixelPaddingValue within tissue; they were read as values, not as padding.
plain_in_items = The pixels of { $count ->
    [1] 1 file
   *[other] { $count } files
} are packed in items although the transfer syntax says that they are not; they were read.
plain_under_coded_syntax = The pixels of { $count ->
    [1] 1 file
   *[other] { $count } files
} are plain although the transfer syntax says that they are coded; they were read.
syntax_contradicts = The pixels of { $count ->
    [1] 1 image
   *[other] { $count } images
} are coded in another way than the transfer syntax says; they were read as what they are.
items_without_end = The pixels of { $count ->
    [1] 1 file
   *[other] { $count } files
} lack the mark of their end; they are complete by their own end marks.
shown_inverse = The images are meant to be shown inverse (MONOCHROME1); their values are the same, and they are shown as usual.
mixed_series = { $num_images ->
    [1] 1 image of the same series has another geometry or acquisition and was
   *[other] { $num_images } images of the same series have another geometry or acquisition and were
} left out.
slices_repeated = { $num_slices ->
    [1] 1 slice repeats another
   *[other] { $num_slices } slices repeat others
} pixel by pixel; each was used once.
slices_blank = { $num_slices } { $num_slices ->
    [1] slice holds
   *[other] slices hold
} one value alone (at { $positions_mm } mm); nothing was seen there.
slices_same_pixels = { $num_slices } slices have the pixels of another slice (at { $positions_mm } mm); of equal ones one at most is in its place, and what lies in the other places was not delivered.
slices_break = The next slice does not continue { $num_slices ->
    [1] the slice
   *[other] the slices
} at { $positions_mm } mm: the patient moved, or images are missing or not of this place.
slices_odd = { $num_slices ->
    [1] 1 slice differs strongly from its neighbours (at { $positions_mm } mm); it
   *[other] { $num_slices } slices differ strongly from their neighbours (at { $positions_mm } mm); they
} may be damaged.
values_stray = { $num_slices ->
    [1] 1 slice holds
   *[other] { $num_slices } slices hold
} values that nothing around them leads to (at { $positions_mm } mm); a part of them may be damaged.
slices_missing_outside = Slices are missing outside the lungs; { $num_slices ->
    [1] 1 slice beyond the gap was
   *[other] { $num_slices } slices beyond the gap were
} left out.
slices_shifted = Slices are shifted against each other by up to { NUMBER($shift_mm, minimumFractionDigits: 2) } mm.
gantry_tilt = The gantry was tilted by { NUMBER($degrees, minimumFractionDigits: 1) } degrees; positions and volumes allow for it, shapes appear sheared.
tilt_contradicts = The header states a gantry tilt of { NUMBER($stated, minimumFractionDigits: 1) } degrees, the positions one of { NUMBER($degrees, minimumFractionDigits: 1) }; the positions were followed.
rescale_varies = Slope or intercept differs between slices; each slice was scaled by its own.
kernel_not_kept = The header names the reconstruction kernel in words that no maker of scanners uses. They may name a person, so they are not kept, and whether the images are sharp or smooth is not known.
pixel_format_varies = Sign or number of bits of the stored values differs between slices; each slice was read by its own.
uid_of_guid = UIDs are written as GUIDs, which the standard does not allow; each was taken as the UID that the standard derives from it.
uid_repeated = Image UIDs are absent or not unique; exports cannot refer to single images.

# Why a series was not read
series_localizer = a localizer
series_projection = a projection or rendering, whose values are not those of the tissue at that place
series_captured = a secondary capture
series_not_hounsfield = its values are not Hounsfield units
series_burned_in = its images have burned-in text
series_too_few_slices = only { $num_slices } { $num_slices ->
    [1] slice
   *[other] slices
}
series_not_axial = not axial
series_too_short = only { $height_mm } mm high, too little for the lungs
series_not_asked = another series was asked for
volume_not_asked = another volume of the same series was asked for
series_no_place = { $attribute } is absent, unusable or not that of a CT image
series_derived = derived from other images; the original was read
series_thicker = a thinner series was read ({ NUMBER($read_mm, minimumFractionDigits: 2) } mm)
series_less_coverage = it does not cover the lungs as well as the series that was read
series_other_part = another volume of the same series was read
series_as_thick = another series of the same thickness was read
series_not_ct = not CT images: { $object }
object_magnetic_resonance = magnetic resonance
object_pet = PET
object_nuclear_medicine = nuclear medicine
object_ultrasound = ultrasound
object_radiograph = a radiograph
object_structured_report = a structured report
object_presentation_state = a presentation state
object_segmentation = a segmentation
object_key_object_note = a key object note
object_structure_set = a structure set
object_document = a document
object_other = another kind of object

# Parts of refusals
series_and_series = { $first }; { $rest }
series_with_reason = series { $number } ({ $num_slices } images, { $series_uid }): { $reason }
series_more = and { $count } more
no_number = n/a
