"""Line charts, but for the widget: what one shows, where that lies on its cells, and how it is drawn there.

The widget is `tui/widgets/chart.py`. In the order to read them:

    plot.py, layout.py: what a chart shows, and what of it has room; pure
    axes.py, ticks.py: where a number lies, and round ones; pure
    series.py, thinning.py: smoothing, and what of each line has room
    styles.py: its colours
    frame.py, lines.py: the axes and the legend; the lines, marks and the cursor
    raster.py: points as characters; it alone knows plotext
    braille.py: the same for the lines of other runs, of which there may be many
"""
