"""What this program is: its version, and how torch and the GPU's driver find the machine it is to train on.

The probes are processes of their own: what they ask may hang, crash, or not be installed. In the order to read them:

    version.py: version and commit, in a checkout and in an installed wheel
    extras.py: the command that adds an extra to this environment
    torch_probe.py, driver_probe.py: what torch and NVIDIA's driver say, for `mnist-tui doctor`
"""
