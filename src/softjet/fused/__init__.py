"""Products and softmax in one: neither the logits nor the T x T matrix is ever stored.

    linear_cross_entropy.py   the last layer of a classifier with its loss
    attention.py              softmax(q k^T) v
    blocks.py                 how large the pieces are, and why
    _blas.py                  the products of pieces, and the threads of BLAS

Matrix products go to BLAS on blocks that are large enough for its full rate; between
them a kernel turns a block in one pass, and where there is no kernel a rule does.
"""
