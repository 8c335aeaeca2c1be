"""What people call their arguments, and what each name can mean.

    x  the input         y  the output (of softmax and sigmoid: the probabilities)
    p  the probabilities, where the output is something else (log_softmax, a loss)
    g  the cotangent     v  the tangent     t  the targets
    q, k, w  the queries, keys and values of attention

A name means what it says: weight 2 for a name that has one meaning in its place, 1 for
one that leans that way.  A name that is in none of the lists may mean anything; a name
that is in a list never means what it is not listed for.
"""

from __future__ import annotations

from collections.abc import Mapping

_X = """x z a logit logits score scores inp input inputs inputdata inputarray in h u pre
preact preactivation preactivations energy energies linear net xs xx xi rawscores raw
unnormalized unnormalised features arr array xnp zs ai za zl xin inx primal primals q
predlogits outputlogits logity inputtensor xvals values vals"""
_P = """p s prob probs proba probas probabilities probability softmaxoutput softmaxout
softmaxprobs smout sm soft softmax softmaxx softmaxed phat pi dist ps probabilitieshat
probmatrix sig sigm sigmoid ss posterior"""
_OUT = """y out output outputs yout res result forwardoutput fwd activation activations
cached act saved yval yy o logp logprobs logprob logy logsoftmax logsm lse logsumexp"""
_PRED = """yhat ypred pred preds prediction predictions predicted yp ypreds yprob yprobs
predprobs predictedprobs haty outputsoftmax"""
_G = """g grad grads dout upstream ybar dy gy gout gradoutput gradout gradoutputs
outputgrad outgrad gradient gradients dldy dl dlds dlda dldout dldp dldprobs ct
cotangent cot delta bary da dp ds dprobs dvalues d upstreamgrad
upstreamgradient gradupstream
accumgrad accumgradient lossgrad grady adjoint dloss dldoutput doutput gs gr gybar
gradp grads gradprobs gradfromabove incoming incominggrad nextgrad topgrad topdiff dh
upgrad gradin gradients do dsoftmax dldsoftmax gbar errorgrad dldyhat sbar pbar dlogp"""
_V = """xdot dx tangent tangents v vec vector direction xtangent dotx zdot dz dlogits
logitsdot pert perturbation dinp dinput xd tan dotz vs dxin jvpvec xt"""
_T = """t target targets label labels ytrue true truth gt groundtruth id ids classid
classids classes onehot yonehot idx index indices tgt lab lbl ygt gold actual trg labs
yi tt ts yt expected correct correctclass ylabels trueids truelabels ytruth lbls cls"""
_LEAN_G = "error err u w vec vector v r b"
_LEAN_V = "u d w r t b seed delta"

OPTIONS: Mapping[str, tuple[str, ...]] = {
    "axis": ("axis", "dim", "ax"),
    "temperature": ("temperature", "temp", "tau", "t"),
    "reduction": ("reduction", "reduce"),
    "label_smoothing": ("labelsmoothing", "smoothing", "smooth", "ls"),
    "weight": ("weight", "weights", "classweight", "classweights"),
    "ignore_index": ("ignoreindex", "ignoreid", "paddingidx", "padidx", "ignorelabel"),
    "mask": ("mask", "where"),
    "causal": ("causal", "iscausal"),
    "scale": ("scale",),
}


def plain(name: str) -> str:
    """A name without its underscores and capitals: dL_dy and dldy are one."""
    return name.replace("_", "").lower().rstrip("0123456789") or name.lower()


def _table(words: str) -> frozenset[str]:
    return frozenset(words.split())


_QUERIES = {"q": "q query queries", "k": "k key keys", "w": "v value values"}
_STRONG = {"x": _table(_X), "g": _table(_G), "v": _table(_V), "t": _table(_T)}
ONE_HOT = _table("onehot yonehot targetonehot labelsonehot onehotlabels")
_PROBS, _OUTS, _PREDS = _table(_P), _table(_OUT), _table(_PRED)


def meanings(name: str, roles: frozenset[str], kind_maps: str) -> dict[str, int] | None:
    """Roles that a name may play among those wanted; None where it may play any."""
    word = plain(name)
    if "w" in roles and any(word in names.split() for names in _QUERIES.values()):
        return {r: 2 for r, names in _QUERIES.items() if word in names.split()}
    found = {r: 2 for r, names in _STRONG.items() if word in names and r in roles}
    listed = any(word in names for names in _STRONG.values())
    if word in _PROBS | _OUTS | _PREDS:
        listed = True
        found |= _outputs(word, roles, kind_maps)
    if "v" in roles and word in _LEAN_V.split():
        found.setdefault("v", 1)
        listed = True
    if "g" in roles and word in _LEAN_G.split():
        found.setdefault("g", 1)
        listed = True
    return found if listed else None


def _outputs(word: str, roles: frozenset[str], kind_maps: str) -> dict[str, int]:
    """y, probs, out, y_hat: the output, and in a loss the probabilities."""
    found = {}
    if "loss" in kind_maps:
        if "p" in roles:
            found["p"] = 2
        if word in _PREDS | _OUTS and word != "y" and "x" in roles:
            # A network's output, or its prediction, may be logits; probs may not.
            found["x"] = 1
        if word == "y" and "t" in roles:
            found["t"] = 2
        return found
    if "p" in roles and word in _PROBS:
        found["p"] = 2
    elif "y" in roles:
        found["y"] = 2
    return found


def option(name: str) -> str | None:
    """The option that a keyword of this name sets."""
    word = plain(name) if len(name) > 1 else name.lower()
    return next((o for o, words in OPTIONS.items() if word in words), None)
