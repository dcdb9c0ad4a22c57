"""Why a network answers as it does.

Each answer is about one picture, and one class. In the order to read them:

    gradients.py: the gradient of an answer by the pixels, and integrated from an empty picture to this one
    occlusion.py: what an answer loses where part of the picture is covered
    smallest_change.py: the closest picture that is another class
    explain.py: answers to screens
"""
