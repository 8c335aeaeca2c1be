"""Model files: what is written reads back to the same numbers, damage is refused."""

import json

import numpy as np
import pyarrow as pa
import pytest
import safetensors.numpy

from softjet import Refusal
from softjet.learn import model as module
from softjet.learn.columns import CategoryColumn, NumberColumn
from softjet.learn.frame import Frame
from softjet.learn.model import Model, load_model, save_model


def make(classes):
    rng = np.random.default_rng(0)
    columns = [
        NumberColumn("length", 1.25, 0.1),
        CategoryColumn("colour", ("blue", "red")),
        CategoryColumn("sold", ("false", "true"), "boolean"),
    ]
    coef = rng.normal(size=(len(classes), 5))
    return Model(coef, rng.normal(size=len(classes)), classes, columns, "kind", ["id"])


FRAME = Frame(
    pa.table(
        {
            "length": [1.0, 2.0],
            "colour": pa.array(["red", "blue"]).dictionary_encode(),
            "sold": [True, False],
        }
    ),
    "two rows",
)


@pytest.mark.parametrize(
    "classes",
    [
        np.array([3, 7, 11]),
        np.array([0.5, 1.5]),
        np.array([False, True]),
        np.array(["a", 'quote"', "é"]),
    ],
)
def test_reads_back_bit_for_bit(tmp_path, classes):
    model = make(classes)
    save_model(tmp_path, model)
    back = load_model(tmp_path)
    np.testing.assert_array_equal(back.classes, classes)
    assert back.classes.dtype.kind == classes.dtype.kind
    assert back.columns == model.columns
    assert (back.target, back.dropped) == ("kind", ["id"])
    np.testing.assert_array_equal(back.logits(FRAME), model.logits(FRAME))
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "model.json",
        "model.safetensors",
    ]


def test_logits_are_the_formula():
    model = make(np.array([0, 1]))
    x = np.array([[(1.0 - 1.25) / 0.1, 0, 1, 0, 1], [(2.0 - 1.25) / 0.1, 1, 0, 1, 0]])
    expected = x @ model.coef.T + model.intercept
    np.testing.assert_allclose(model.logits(FRAME), expected, rtol=1e-15)


@pytest.mark.parametrize("value", [1e308, -1.7e308])
def test_rows_that_overflow_are_refused(value):
    model = make(np.array([0, 1]))
    table = FRAME.table.set_column(0, "length", pa.array([1.0, value]))
    with pytest.raises(Refusal, match="row 2, column 'length'") as caught:
        model.logits(Frame(table, "two rows"))
    assert caught.value.code == "value-too-far"
    # 1e308 itself fits once divided by a scale of 1, its product with 1e3 does not.
    wide = [NumberColumn("length", 0.0, 1.0), *model.columns[1:]]
    steep = Model(model.coef * 1e3, model.intercept, model.classes, wide, "kind")
    with pytest.raises(Refusal, match="row 2 of two rows") as caught:
        steep.logits(Frame(table, "two rows"))
    assert caught.value.code == "value-too-far"


def rewrite(folder, change, tensors=None):
    """Change model.json, and the tensors with their hash where given."""
    path = folder / "model.json"
    header = json.loads(path.read_text())
    if tensors is not None:
        blob = safetensors.numpy.save(tensors)
        (folder / "model.safetensors").write_bytes(blob)
        header["tensors_sha256"] = module.hashlib.sha256(blob).hexdigest()
    change(header)
    path.write_text(json.dumps(header))


def coef(**kinds):
    base = {"coef": np.ones((2, 5)), "intercept": np.ones(2)}
    return base | kinds


DAMAGES = {
    "field gone": (lambda h: h.pop("target"), None),
    "field more": (lambda h: h.update(more=1), None),
    "format": (lambda h: h.update(format="other"), None),
    "version a word": (lambda h: h.update(version="1"), None),
    "class gone": (lambda h: h["classes"].pop(), None),
    "classes alike": (lambda h: h.update(classes=[1, 1]), None),
    "class kind": (lambda h: h.update(class_kind="U"), None),
    "class kind unknown": (lambda h: h.update(class_kind="O"), None),
    "column kind": (lambda h: h["columns"][0].update(kind="lambda"), None),
    "column field": (lambda h: h["columns"][0].update(more=1), None),
    "scale": (lambda h: h["columns"][0].update(scale=0.0), None),
    "hash": (lambda h: h.update(tensors_sha256="0" * 64), None),
    "shape": (lambda h: None, coef(coef=np.ones((2, 4)))),
    "nan": (lambda h: None, coef(intercept=np.array([0.0, np.nan]))),
    "float32": (lambda h: None, coef(coef=np.ones((2, 5), np.float32))),
    "tensor more": (lambda h: None, coef(more=np.ones(1))),
    "target": (lambda h: h.update(target=3), None),
    "target a column": (lambda h: h.update(target="length"), None),
    "classes unsorted": (lambda h: h.update(classes=[7, 3]), None),
    "classes a word": (lambda h: h.update(classes="ab", class_kind="U"), None),
    "classes too large": (lambda h: h.update(classes=[3, 10**30]), None),
    "classes nan": (
        lambda h: h.update(classes=[0.5, float("inf")], class_kind="f"),
        None,
    ),
    "column twice": (lambda h: h["columns"][1].update(name="length"), None),
    "column name a number": (lambda h: h["columns"][0].update(name=5), None),
    "column a word": (lambda h: h["columns"].__setitem__(0, "length"), None),
    "mean a word": (lambda h: h["columns"][0].update(mean="0"), None),
    "scale true": (lambda h: h["columns"][0].update(scale=True), None),
    "categories numbers": (
        lambda h: h["columns"][1].update(categories=[1, 2]),
        None,
    ),
    "categories a word": (lambda h: h["columns"][1].update(categories="br"), None),
    "categories alike": (
        lambda h: h["columns"][1].update(categories=["red", "red"]),
        None,
    ),
    "dropped a word": (lambda h: h.update(dropped="id"), None),
    "settings a list": (lambda h: h.update(settings=[]), None),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_refused(tmp_path, damage):
    save_model(tmp_path, make(np.array([3, 7])))
    rewrite(tmp_path, *DAMAGES[damage])
    with pytest.raises(Refusal) as caught:
        load_model(tmp_path)
    assert caught.value.code == "model-damaged"


def test_undamaged_is_not_refused(tmp_path):
    # The control of the test above: rewriting alone does no harm.
    save_model(tmp_path, make(np.array([3, 7])))
    rewrite(tmp_path, lambda header: None, coef())
    assert load_model(tmp_path).coef[0, 0] == 1.0


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"format": "softjet-model"', "[" * 10**5]
)
def test_broken_json_is_refused(tmp_path, text):
    save_model(tmp_path, make(np.array([3, 7])))
    (tmp_path / "model.json").write_text(text)
    with pytest.raises(Refusal) as caught:
        load_model(tmp_path)
    assert caught.value.code == "model-damaged"


def test_a_key_given_twice_is_refused(tmp_path):
    save_model(tmp_path, make(np.array([3, 7])))
    path = tmp_path / "model.json"
    path.write_text(path.read_text().replace("{", '{"version": 1,', 1))
    with pytest.raises(Refusal, match="no JSON"):
        load_model(tmp_path)


def test_every_truncation_of_the_tensors_is_refused(tmp_path):
    save_model(tmp_path, make(np.array([3, 7])))
    path = tmp_path / "model.safetensors"
    blob = path.read_bytes()
    for size in range(0, len(blob), 7):
        path.write_bytes(blob[:size])
        with pytest.raises(Refusal):
            load_model(tmp_path)
