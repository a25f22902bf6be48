# Cautions about the findings of a CT.
lung_scale_uncertain = The intensity scale is uncertain: { $lungs ->
    [dense] the lungs have unusually high attenuation (most frequent value above { $high_hu } HU)
    [airy] the lungs have unusually low attenuation (most frequent value below { $low_hu } HU)
   *[unseen] hardly any lung lies between { $low_hu } and { $high_hu } HU
}. { $lung_hu } HU was assumed for lung; nodules may be missed.
