"""Networks with their weights, as files that take pictures and give probabilities.

In the order to read them:

    treatment.py: from any picture of 28x28 to what a network knows
    classifier.py: a run's network with that before it, and probabilities behind it
    safetensors_file.py: its weights, with all that rebuilds it, and the way back
    program.py: a graph of torch's operations
    onnx_file.py: the same as ONNX
"""
