"""What the screen Inside is made of: small pictures of layers, of reasons, and of all digits.

In the order to read them:

    levels.py: numbers as the levels of a picture: averaged, scaled, given a sign. Pure
    pixels.py: levels as half blocks of colour, or as characters
    map_drawing.py: the maps of a layer, small or large
    layer_strips.py, layer_grid.py: the layers below each other, and all maps of one
    histograms.py, layer_figures.py: weights and activations in numbers
    class_list.py, reasons.py: the classes of an answer, and the pictures that say why
    placed_digits.py, digit_map.py: where digits lie, and the map of all
"""
