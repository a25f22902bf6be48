# Made by: python -m apps.messages.collect. Do not edit; change the sentences where they are raised.

no_heatmap = this finding has no heatmap

no_such_slice = there is no such slice

no_volume = the volume of this study is no longer stored
    .action = read the study again
