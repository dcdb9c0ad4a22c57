"""`mnist-tui web`: the same screen in a browser on this machine, or at the near end of an SSH tunnel.

The page is xterm.js, as the package textual-serve brings it, with what it sends. The server is our own: textual-serve's
runs the app without a terminal through a shell, waits for ever for one that hangs, and lets everybody in. Here each
visitor has the program in a pseudo-terminal, as with ssh: what is true there of a dropped connection, a slow link or a
closed screen is true here. In the order to read them:

    command.py: the options, and what may keep the server from starting
    address.py: where it listens, and the way there from another machine
    access.py: links that work once, sessions, and which requests are those of our page
    server.py: what is served to whom; starts and ends the server
    noise.py: what strangers can make the server say
    visits.py: who is there, how many, and for how long
    page_messages.py: what the page sends
    screen.py: the program in a pseudo-terminal
    program.py: what runs in it
    page/: what the browser shows
"""
