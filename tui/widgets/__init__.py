"""One widget a file; each gets its state by reactives or one `show` method, and posts messages up.

In the order to read them:

    cells.py: what most are drawn with, line by line
    list_keys.py: the keys of all lists, grids and matrices
    drag_border.py: a border that the mouse moves
    run_bar.py, nav.py, key_bar.py: on every screen: the run, the screens, the keys
    chart.py, plotting/: curves, and how they are prepared, placed and drawn
    charts/: the charts of a run, and of several over each other
    side/, coach.py, log.py: the train screen
    welcome.py, welcome_blocks.py: what it shows before the first run
    run_list.py, run_table.py, run_filter_line.py: the list of runs
    runs_welcome.py, filter_help.py: what it shows without a run, and where none matches
    run_panes.py, run_detail.py, run_curves.py, run_comparison.py, run_colours.py: what stands beside it
    filter_line.py: what a list is filtered by
    gallery/: digits as thumbnails, and one in full
    digit.py, digit_art.py, probabilities.py: a digit, and how sure the network is
    grid_keys.py: the keys of what has rows and columns
    confusion/: which digits are taken for which
    certainty/: how sure a run is, how it stands corrupted digits
    drawing/: a canvas, and what the network says of it
    inside/: layers, reasons and a map of digits, for the screen Inside
    guide/: the pages of the guide, and their contents
    config_form.py, field_row.py, choice_input.py: the form of a run
    preview.py, plan.py, estimate.py, network_line.py: what that run will do and take
    queue_list.py: runs that wait
    key_table.py: a list with the keys of vim
    study_form.py, study_hint.py, studies.py: what to search, what is wrong, and the studies that there are
    study_results.py, study_base.py, leaderboard.py, trial_detail.py, study_chart.py, parallel_coordinates.py: one study
"""
