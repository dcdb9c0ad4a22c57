"""A report as one page: no script, no file besides it, nothing from the network, which its policy forbids too.

In the order to read them:

    html.py: the page, from its head to its sections
    elements.py: each kind of block as elements
    digits.py: pictures of digits
    style.css: what it looks like: light, dark, narrow, printed
"""
