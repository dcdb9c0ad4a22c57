"""What this machine has, and what of it is in use: processors, memory, GPUs.

In the order to read them:

    cpu_load.py: how many cores other processes keep busy, and how many this one may use
    memory.py: how much is free
    monitor.py: all of it once a second, beside training
    nvidia.py: GPUs, as NVIDIA's driver tells
    processor.py: the name of the processor, and what it can do
"""
