"""A network that goes on from any of its updates ends in the same bits."""

import numpy as np
import pytest
from sklearn.datasets import load_iris

from softjet.learn import Network
from softjet.learn.runs.file import read_checkpoint, write_checkpoint

X, Y = load_iris(return_X_y=True)
X = (X - X.mean(axis=0)) / X.std(axis=0)


def finish(network, state):
    for _ in network.training(X, Y, state):
        pass
    return network


def same(a, b):
    for own, other in zip(a._flat(), b._flat(), strict=True):
        np.testing.assert_array_equal(own, other)
    assert (a.losses_, a.n_updates_) == (b.losses_, b.n_updates_)
    for own, other in zip(a.records_[:3], b.records_[:3], strict=True):
        np.testing.assert_array_equal(own, other)
    for own, other in zip(a.records_.weights, b.records_.weights, strict=True):
        np.testing.assert_array_equal(own, other)


@pytest.mark.parametrize("optimiser", ["sgd", "momentum", "adam"])
@pytest.mark.parametrize("batch_size", [None, 40])
def test_every_update_leads_to_the_same_bits(optimiser, batch_size, tmp_path):
    settings = {"hidden": (5,), "optimiser": optimiser, "batch_size": batch_size}
    settings |= {"epochs": 3, "record": 2, "learning_rate": 0.05}
    whole, states = Network(**settings), []
    for make in whole.training(X, Y):
        states.append(make())
    assert len(states) == (3 if batch_size is None else 12)
    for state in states:
        write_checkpoint(tmp_path / "state", {}, state)
        _, back = read_checkpoint(tmp_path / "state")
        same(whole, finish(Network(**settings), back))
    same(whole, Network(**settings).fit(X, Y))


def test_states_are_copies():
    network = Network((4,), epochs=2)
    first = None
    for make in network.training(X, Y):
        if first is None:
            first = make()
            kept = {name: tensor.copy() for name, tensor in first.tensors.items()}
    for name, tensor in kept.items():
        np.testing.assert_array_equal(first.tensors[name], tensor)
    assert not np.array_equal(first.tensors["weight0"], network.weights_[0][0])


def test_a_resumed_network_can_be_resumed():
    settings = {"hidden": (4,), "epochs": 2}
    whole, states = Network(**settings), []
    for make in whole.training(X, Y):
        states.append(make())
    second = Network(**settings)
    training = second.training(X, Y, states[2])
    for _ in range(4):
        make = next(training)
    state = make()
    assert state.iteration == 7
    same(whole, finish(Network(**settings), state))


def test_an_epoch_ends_by_itself_in_partial_fit():
    network = Network((4,)).partial_fit(X, Y)
    assert (network._place, network._total) == (0, 0.0)
    assert len(network.losses_) == 1
