"""Charts as SVG, some kilobytes each. Colours come from classes, so that they suit a dark page and a printed one too.

In the order to read them:

    axes.py: where a number lies, round ticks, and the frame of a chart
    lines.py: curves over epochs, and their labels
    marks.py: the symbols of points
    intervals.py: the values of seeds with the mean and its interval
    reliability.py: how right a network is where it is so sure
    heat.py: a confusion matrix of many classes
    picture.py: a drawing with a title for those who do not see it, and one that stands alone
    chart.css: colours, light and dark
"""
