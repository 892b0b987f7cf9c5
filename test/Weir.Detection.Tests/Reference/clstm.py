#!/usr/bin/python3
"""The CLSTM in PyTorch: what Weir.Detection is compared with.

golden DIR         writes DIR/torch.onnx (as torch.onnx exports it) and DIR/torch.json (weights, a batch, outputs, gradients)
run MODEL IN OUT   checks MODEL (written by Weir) with the ONNX checker, loads its weights, and writes what PyTorch makes of IN
"""
import json
import sys

import numpy
import torch
from torch import nn

FEATURES, WINDOW, FILTERS, HIDDEN, DENSE, BATCH = 6, 10, 8, 12, 5, 16


class Clstm(nn.Module):
    def __init__(self, features, filters, kernel1, kernel2, hidden, dense):
        super().__init__()
        self.conv1 = nn.Conv1d(features, filters, kernel1, bias=False)
        self.norm1 = nn.BatchNorm1d(filters)
        self.conv2 = nn.Conv1d(filters, filters, kernel2, bias=False)
        self.norm2 = nn.BatchNorm1d(filters)
        self.pool = nn.MaxPool1d(2)
        self.drop = nn.Dropout(0.3)
        self.lstm = nn.LSTM(filters, hidden, batch_first=True)
        self.norm3 = nn.BatchNorm1d(hidden)
        self.dense1 = nn.Linear(hidden, dense)
        self.dense2 = nn.Linear(dense, 1)

    def logits(self, flows):
        x = torch.relu(self.norm1(self.conv1(flows.transpose(1, 2))))
        x = self.pool(torch.relu(self.norm2(self.conv2(x))))
        x, _ = self.lstm(self.drop(x).transpose(1, 2))
        x = self.norm3(x[:, -1, :])
        x = self.drop(torch.relu(self.dense1(self.drop(x))))
        return self.dense2(x)

    def forward(self, flows):
        return torch.sigmoid(self.logits(flows))


def gates_to_onnx(rows):
    """PyTorch orders gates input, forget, cell, output; ONNX orders them input, output, forget, cell."""
    i, f, g, o = rows.chunk(4, 0)
    return torch.cat([i, o, f, g], 0)


def gates_to_torch(rows):
    i, o, f, g = rows.chunk(4, 0)
    return torch.cat([i, f, g, o], 0)


def weir_layout(model, pick):
    """Parameters, or their gradients, in the order and layout of Weir's trainer."""
    conv = lambda w: w.permute(2, 1, 0).reshape(-1, w.shape[0])
    return {
        "conv1.weight": conv(pick(model.conv1.weight)),
        "norm1.weight": pick(model.norm1.weight),
        "norm1.bias": pick(model.norm1.bias),
        "conv2.weight": conv(pick(model.conv2.weight)),
        "norm2.weight": pick(model.norm2.weight),
        "norm2.bias": pick(model.norm2.bias),
        "lstm.weight": gates_to_onnx(pick(model.lstm.weight_ih_l0)).t(),
        "lstm.recurrence": gates_to_onnx(pick(model.lstm.weight_hh_l0)).t(),
        "lstm.bias": gates_to_onnx(pick(model.lstm.bias_ih_l0)),
        "norm3.weight": pick(model.norm3.weight),
        "norm3.bias": pick(model.norm3.bias),
        "dense1.weight": pick(model.dense1.weight).t(),
        "dense1.bias": pick(model.dense1.bias),
        "dense2.weight": pick(model.dense2.weight).t(),
        "dense2.bias": pick(model.dense2.bias),
    }


def flat(tensors):
    return {name: tensor.detach().contiguous().reshape(-1).tolist() for name, tensor in tensors.items()}


def golden(folder):
    torch.manual_seed(7)
    model = Clstm(FEATURES, FILTERS, 3, 5, HIDDEN, DENSE)
    model.drop.p = 0.0
    with torch.no_grad():
        for norm in (model.norm1, model.norm2, model.norm3):
            norm.weight.uniform_(0.5, 1.5)
            norm.bias.uniform_(-0.5, 0.5)
        model.lstm.bias_hh_l0.zero_()
    flows = torch.randn(BATCH, WINDOW, FEATURES)
    labels = (torch.rand(BATCH, 1) < 0.4).float()
    weights = flat(weir_layout(model, lambda p: p.data))
    model.train()
    logits = model.logits(flows)
    loss = nn.functional.binary_cross_entropy_with_logits(logits, labels)
    loss.backward()
    result = {
        "shape": [FEATURES, WINDOW, FILTERS, HIDDEN, DENSE], "flows": flows.view(-1).tolist(), "labels": labels.view(-1).tolist(),
        "weights": weights, "trainingLogits": logits.detach().view(-1).tolist(), "loss": loss.item(),
        "gradients": flat(weir_layout(model, lambda p: p.grad)),
        "running": {f"norm{i}": [n.running_mean.tolist(), n.running_var.tolist()]
                    for i, n in enumerate((model.norm1, model.norm2, model.norm3), 1)},
    }
    model.eval()
    result["scores"] = model(flows).detach().view(-1).tolist()
    with open(f"{folder}/torch.json", "w") as out:
        json.dump(result, out)
        out.write("\n")
    torch.onnx.export(
        model, flows, f"{folder}/torch.onnx", input_names=["flows"], output_names=["attack"], opset_version=13,
        dynamic_axes={"flows": {0: "batch"}, "attack": {0: "batch"}})


def run(path, source, target):
    import onnx
    from onnx import numpy_helper

    stored = onnx.load(path)
    onnx.checker.check_model(stored, full_check=True)
    w = {t.name: torch.tensor(numpy_helper.to_array(t).copy()) for t in stored.graph.initializer}
    window, features = (d.dim_value for d in stored.graph.input[0].type.tensor_type.shape.dim[1:])
    filters, _, kernel1 = w["conv1.weight"].shape
    hidden = w["lstm.recurrence"].shape[2]
    model = Clstm(features, filters, kernel1, w["conv2.weight"].shape[2], hidden, w["dense1.weight"].shape[1])
    both = w["lstm.bias"][0].chunk(2)
    state = {
        "conv1.weight": w["conv1.weight"], "conv2.weight": w["conv2.weight"],
        "lstm.weight_ih_l0": gates_to_torch(w["lstm.weight"][0]), "lstm.weight_hh_l0": gates_to_torch(w["lstm.recurrence"][0]),
        "lstm.bias_ih_l0": gates_to_torch(both[0]), "lstm.bias_hh_l0": gates_to_torch(both[1]),
        "dense1.weight": w["dense1.weight"].t(), "dense1.bias": w["dense1.bias"],
        "dense2.weight": w["dense2.weight"].t(), "dense2.bias": w["dense2.bias"],
    }
    for name in ("norm1", "norm2", "norm3"):
        state[f"{name}.weight"], state[f"{name}.bias"] = w[f"{name}.weight"], w[f"{name}.bias"]
        state[f"{name}.running_mean"], state[f"{name}.running_var"] = w[f"{name}.mean"], w[f"{name}.variance"]
        state[f"{name}.num_batches_tracked"] = torch.tensor(0)
    model.load_state_dict(state)
    model.eval()
    flows = torch.tensor(numpy.fromfile(source, dtype="<f4")).view(-1, window, features)
    with torch.no_grad():
        model(flows).view(-1).numpy().astype("<f4").tofile(target)


if __name__ == "__main__":
    {"golden": golden, "run": run}[sys.argv[1]](*sys.argv[2:])
