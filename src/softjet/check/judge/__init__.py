"""Judging other people's code: probes that cannot be fooled, bounds that are argued.

subject      what was handed over, and how it wants to be called
probes/      the inputs, one idea a file
exact, bounds    the right answer, and how far the textbook algorithm may be from it
trial        one call of the subject: what went in, what came back, what was right
laws/        which promise a wrong trial breaks, one promise a file
shrink       the smallest input that shows it
"""
