"""The books, papers and lectures that steps cite, each written once."""

BISHOP = "Bishop, Pattern Recognition and Machine Learning (2006), section "
GOODFELLOW = "Goodfellow, Bengio & Courville, Deep Learning (2016), section "
COVER = "Cover & Thomas, Elements of Information Theory (2006), section "
BOYD = "Boyd & Vandenberghe, Convex Optimization (2004), section 3.1.5"
GRIEWANK = "Griewank & Walther, Evaluating Derivatives (2008), chapter "
PEARLMUTTER = "Pearlmutter, Fast exact multiplication by the Hessian (1994)"
BRIDLE = "Bridle, Probabilistic interpretation of network outputs (1990)"
BLANCHARD = "Blanchard, Higham & Higham, log-sum-exp and softmax (2021)"
MILAKOV = "Milakov & Gimelshein, Online normalizer for softmax (2018)"
VASWANI = "Vaswani et al., Attention is all you need (2017)"
RABE = (
    "Rabe & Staats, Self-attention does not need O(n\N{SUPERSCRIPT TWO}) memory (2021)"
)
DAO = "Dao et al., FlashAttention (2022)"
SINK = "Miller, Attention is off by one (2023)"
CHOWDHERY = "Chowdhery et al., PaLM (2022), section 5"
GEMMA = "Gemma Team, Gemma 2 (2024), section 2"
HINTON = "Hinton, Vinyals & Dean, Distilling the knowledge (2015)"
PUSHFORWARD = "Koehler, Softmax: pushforward rule, youtu.be/J7hK1Ba20yA"
PULLBACK = "Koehler, Softmax: pullback rule, youtu.be/46GOMwvjayc"
SMARTALPHA = "Smartalpha AI, Softmax and cross-entropy gradients (lecture)"
MUTUAL = "Mutual Information, Why do neural networks love the softmax? (lecture)"


def step(*numbers: int) -> str:
    """A source on the same page.

    >>> step(3), step(2, 5)
    ('this page, step 3', 'this page, steps 2 and 5')
    """
    if len(numbers) == 1:
        return f"this page, step {numbers[0]}"
    return f"this page, steps {', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"
