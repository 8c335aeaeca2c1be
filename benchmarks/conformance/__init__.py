"""The peers under the same laws: which library keeps which promise, on which input."""
