# Made by: python -m apps.messages.collect. Do not edit; change the sentences where they are raised.

dashboard_not_started = the dashboard does not start
    .action = run 'tandem ui' to see why

no_chromium = there is no Chromium
    .action = install it, or set TANDEM_CHROMIUM to its path

no_heatmap = this finding has no heatmap

no_path = no path was given
    .action = give the path of a file or folder

no_such_id = there is no such { $name }

no_such_slice = there is no such slice
    .allowed = 0 to { $last }

no_such_slice_number = there is no such slice

no_such_window = there is no such window
    .allowed = { $windows }

no_volume = the volume of this study is no longer stored
    .action = read the study again

nothing_to_show = the store holds no report or no study
    .action = run 'tandem demo --no-ui' first

reading_of_another_kind = the reading '{ $reading }' is of another kind
    .action = see the list of readings

reading_without_file = the reading has no file '{ $name }'
    .action = read the input again

upload_not_written = the upload cannot be written ({ $why })
    .action = make room on the disk
