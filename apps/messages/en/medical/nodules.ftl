# Cautions about the findings of a CT.
lung_scale_uncertain = The intensity scale is uncertain, { $lungs ->
    [dense] the lungs are unusually dense: they are most often above { $high_hu } HU
    [airy] the lungs are unusually airy: they are most often below { $low_hu } HU
   *[unseen] hardly any lung lies between { $low_hu } and { $high_hu } HU
}. { $lung_hu } HU was taken for lung; nodules may be missed.
