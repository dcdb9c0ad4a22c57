"""What trackers show as images: drawn with Pillow, without a screen.

In the order to read them:

    confusion.py: a confusion matrix
    worst_digits.py: the test digits of the highest loss
    test_images.py: the images for them
"""
