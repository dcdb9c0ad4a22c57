"""One picture of a digit: decoded, made grey, its ink found, and scaled and centred as MNIST's are.

Whole folders of pictures are in `engine/data/`. In the order to read them:

    preprocess.py: from any picture to 28x28 pixels; it calls the others
    decode.py: a file as an array
    grayscale.py: colours and depths as 8 bits of grey
    ink.py: the ink, found on its paper
    mnist_form.py: the form that MNIST's images have
"""
