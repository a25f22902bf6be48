# What a reading of a CT does not have, and why.
lobes_not_segmented = lobes are not segmented
finding_not_shown = the finding is below the operating point
no_record = no patient record was given with the study
no_study_date = the images carry no date
not_kept_then = was not kept when this was read
image_not_numbered = the image has no number
contrast_not_stated = the header does not say
