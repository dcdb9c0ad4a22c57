"""This machine: its devices, cores and processes, and how processes find and watch one another.

Nothing here knows what is trained. In the order to read them:

    device.py: which device computes, and CUDA's streams and graphs
    threads.py, cpu_priority.py: how many threads a run uses, beside what other programs need
    usage/: processors, memory and GPUs, and what is in use of them
    process_group.py, torchrun.py: several processes that train one network
    process_settings.py: what torch and Python are set to, kept whatever a user's code sets
    activity.py: what the training thread does now
    process_identity.py, lock_holder.py: which process it was, and who holds a lock
    unix_socket.py: sockets at paths of any length
"""
