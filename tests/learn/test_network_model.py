"""A network's file: what is written reads back bit for bit, damage is refused."""

import hashlib
import json

import numpy as np
import pyarrow as pa
import pytest
import safetensors.numpy

from softjet import Refusal
from softjet.learn import Network
from softjet.learn.columns import NumberColumn
from softjet.learn.frame import Frame
from softjet.learn.model import load_model, save_model
from softjet.learn.network_model import NetworkModel

X = np.random.default_rng(0).normal(size=(60, 2))
Y = (X[:, 0] * X[:, 1] > 0).astype(int)
FRAME = Frame(pa.table({"a": X[:, 0], "b": X[:, 1]}), "rows")
COLUMNS = [NumberColumn("a", 0.0, 1.0), NumberColumn("b", 0.0, 1.0)]


def make(activation="tanh", hidden=(4, 3)):
    network = Network(hidden, activation, epochs=2).fit(X, Y)
    weights = network.weights_
    return network, NetworkModel(weights, activation, np.array([0, 1]), COLUMNS, "y")


@pytest.mark.parametrize("activation", ["relu", "tanh", "softmax"])
@pytest.mark.parametrize("hidden", [(), (4,), (4, 3)])
def test_reads_back_bit_for_bit(tmp_path, activation, hidden):
    network, model = make(activation, hidden)
    save_model(tmp_path, model)
    back = load_model(tmp_path)
    assert isinstance(back, NetworkModel)
    assert (back.activation, back.columns, back.target) == (activation, COLUMNS, "y")
    np.testing.assert_array_equal(back.logits(FRAME), network._logits(X))
    np.testing.assert_array_equal(back.probabilities(FRAME), network.predict_proba(X))
    assert json.loads((tmp_path / "model.json").read_text())["version"] == 2


def rewrite(folder, change, spoil):
    header = json.loads((folder / "model.json").read_text())
    path = folder / "model.safetensors"
    tensors = safetensors.numpy.load(path.read_bytes())
    blob = safetensors.numpy.save(spoil(dict(tensors)))
    path.write_bytes(blob)
    header["tensors_sha256"] = hashlib.sha256(blob).hexdigest()
    change(header)
    (folder / "model.json").write_text(json.dumps(header))


def nothing(header):
    pass


def same(tensors):
    return tensors


DAMAGES = {
    "activation unknown": (lambda h: h.update(activation="cube"), same),
    "activation a list": (lambda h: h.update(activation=["relu"]), same),
    "activation gone": (lambda h: h.pop("activation"), same),
    "version 1": (lambda h: h.update(version=1), same),
    "a layer gone": (nothing, lambda t: {k: v for k, v in t.items() if k[1] != "1"}),
    "a bias gone": (nothing, lambda t: {k: v for k, v in t.items() if k != "b1"}),
    "no layer": (nothing, lambda t: {}),
    "a bias too long": (nothing, lambda t: t | {"b0": np.zeros(5)}),
    "a bias of rows": (nothing, lambda t: t | {"b0": np.zeros((1, 4))}),
    "weights of a line": (nothing, lambda t: t | {"W0": np.zeros(4)}),
    "layers apart": (nothing, lambda t: t | {"W1": np.zeros((5, 3))}),
    "features": (nothing, lambda t: t | {"W0": np.zeros((3, 4))}),
    "classes": (
        nothing,
        lambda t: t | {"W2": np.zeros((3, 3)), "b2": np.zeros(3)},
    ),
    "nan": (nothing, lambda t: t | {"b0": np.full(4, np.nan)}),
    "float32": (nothing, lambda t: t | {"b0": np.zeros(4, np.float32)}),
    "other names": (nothing, lambda t: {f"x{k}": v for k, v in t.items()}),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_refused(tmp_path, damage):
    save_model(tmp_path, make()[1])
    rewrite(tmp_path, *DAMAGES[damage])
    with pytest.raises(Refusal) as caught:
        load_model(tmp_path)
    assert caught.value.code == "model-damaged"


def test_undamaged_is_not_refused(tmp_path):
    save_model(tmp_path, make()[1])
    rewrite(tmp_path, nothing, same)
    load_model(tmp_path)
