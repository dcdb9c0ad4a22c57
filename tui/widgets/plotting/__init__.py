"""Line charts, but for the widget: what one shows, where that lies on its cells, and how it is drawn there.

`series.py`, `ticks.py`, `plot.py`, `axes.py` and `layout.py` are pure; `frame.py` and `lines.py` draw on Cells;
`raster.py` alone knows plotext. The widget is `tui/widgets/chart.py`. Read `plot.py`, then `layout.py`.
"""
