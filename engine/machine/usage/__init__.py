"""What is in use of this machine: processors, memory, GPUs.

In the order to read them:

    cpu_load.py: how many cores other processes keep busy, and how many this one may use
    memory.py: how much is free
    monitor.py: all of it once a second, beside training
    nvidia.py: GPUs, as NVIDIA's driver tells
"""
