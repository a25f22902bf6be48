# What the lungs of a CT show: cautions, and what stands in place of lungs.
lungs_cut = The { $end ->
    [lower] lower
   *[upper] upper
} end of the scan cuts the lungs; what lies beyond was not seen.
lungs_unequal = The { $side ->
    [right] right
   *[left] left
} lung has only { $volume_ml } ml of { $both_ml } ml; part of it may be consolidated, collapsed or removed, and was searched less well.

lungs_not_shown = it shows no lungs
lungs_no_air = there is no air inside the body
lungs_bowel_gas = the air inside the body is bowel gas or lies outside
lungs_no_body = there is no body in it
lungs_not_found = no lungs were found
lungs_volume = what looks like lungs has { $volume_ml } ml
lungs_height = what looks like lungs is { $height_mm } mm high
