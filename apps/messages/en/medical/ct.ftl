# Cautions about the lungs of a CT.
lungs_cut = The { $end ->
    [lower] lower
   *[upper] upper
} end of the scan cuts the lungs; what lies beyond was not seen.
lungs_unequal = The { $side ->
    [right] right
   *[left] left
} lung has only { $volume_ml } ml of { $both_ml } ml; part of it may be consolidated, collapsed or removed, and was searched less well.
