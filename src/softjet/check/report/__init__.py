"""A verdict, told: as text for people, as JSON for programs, and each code explained.

text        the whole report of a verdict
outcome     of a run: also why there is no verdict, and what was printed
_finding    one finding: headline, place, input, got and want, why, hint
_promises   what each law promises, in a sentence
_array      numbers in columns, wrong entries marked
_page       width, colour and ASCII
json        the schema, both ways
explain     a code's page, from the files of the bugs and the laws
remarks     the pages of notes and questions
"""
