"""Networks of the kinds that users write, by name: the text of a file with a class Net."""

HEAD = "import torch\nfrom torch import nn\n"

LINEAR = (
    HEAD
    + """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.out = nn.Linear(784, 10)

    def forward(self, images):
        return self.out(images.flatten(1))
"""
)
MLP = (
    HEAD
    + """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(784, 32)
        self.out = nn.Linear(32, 10)

    def forward(self, images):
        return self.out(torch.relu(self.hidden(images.view(-1, 784))))
"""
)
ATTENTION = (
    HEAD
    + """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Linear(49, 32)
        self.places = nn.Parameter(torch.zeros(16, 32))
        layer = nn.TransformerEncoderLayer(32, 4, 64, dropout=0.1, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2)
        self.out = nn.Linear(32, 10)

    def forward(self, images):
        patches = images.unfold(2, 7, 7).unfold(3, 7, 7).reshape(len(images), 16, 49)
        return self.out(self.encoder(self.embed(patches) + self.places).mean(1))
"""
)
LSTM = (
    HEAD
    + """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(28, 32, batch_first=True)
        self.out = nn.Linear(32, 10)

    def forward(self, images):
        rows, _ = self.lstm(images.squeeze(1))
        return self.out(rows[:, -1])
"""
)
RESTLESS = (
    HEAD
    + """
class Net(nn.Module):
    \"\"\"Counts its calls, keeps what it saw, draws random numbers, in training or not.\"\"\"

    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(784, 32)
        self.out = nn.Linear(32, 10)
        self.register_buffer("seen", torch.zeros(()))
        self.calls = 0

    def forward(self, images):
        self.calls += 1
        self.seen = self.seen + len(images)
        noise = 0.01 * torch.randn(len(images), 32)
        self.last = torch.relu(self.hidden(images.flatten(1))) + noise + 1e-4 * self.seen + 1e-4 * self.calls
        return self.out(self.last)
"""
)
KINDS = {"linear": LINEAR, "mlp": MLP, "attention": ATTENTION, "lstm": LSTM}
