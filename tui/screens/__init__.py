"""One screen a file, and the dialogs that belong to several. A screen shows a State and posts what the user wants.

Widgets that several screens use are in `tui/widgets/`; what a wish leads to is in `tui/app/`. In the order to read
them:

    base.py, asked_once.py: what all screens share; what is asked once, however often a screen is drawn
    train.py, digits.py, confusion/, runs.py, setup.py, tune.py: the screens of the keys 1 to 6
    draw.py, draw_actions.py, draw_words.py: the screen of key 7, what its keys do, and what it says
    inside/: the screen of the key 8
    train_run.py: what Train has when there is a run
    digit_wishes.py, digit_choices.py, digit_views.py: what Digits asks for, and how it is told which digits to show
    digits_shown.py: what of the state it shows
    run_wishes.py, run_questions.py: what the screen of runs asks for, and what is asked there
    export_choice.py: in which format runs are exported
    digit_messages.py, run_messages.py, study_wishes.py: what is wanted on these screens, known before they are loaded
    draw_messages.py, draw_questions.py: what is wanted there, and asked
    class_choice.py: which class it is, by a name that is typed
    form.py: what screens with the form of hyperparameters share
    choice.py: the list that a field opens
    setup_messages.py: what is wanted of the setup screen
    network.py, rates.py, presets.py: on top of the form: its network, its learning rate, its presets
    follows.py, dialogs.py, questions.py: dialogs, as the app sees them; what they are; what is asked in them
    help.py: the keys
    guide.py: the guide
"""
