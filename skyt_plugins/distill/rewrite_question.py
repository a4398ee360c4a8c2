"""How the step `rewrite` asks a model for the two-part format."""

from __future__ import annotations

from .record import Message
from .sky_format import END_SOLUTION, END_THOUGHT, SOLUTION, THOUGHT

SYSTEM = "You sort a solution's text into sections. You never shorten, mend or continue it."
INSTRUCTION = f"""\
Below is a response to a problem, between the lines of equals signs. Give it back in two sections:

{THOUGHT}
the whole reasoning, copied word for word, wrong turns and repetitions included
{END_THOUGHT}

{SOLUTION}
the final solution alone: the steps that lead to the answer, and the answer in the form in which
the response gives it (a \\boxed{{}} stays a \\boxed{{}}; a program stays one fenced block)
{END_SOLUTION}

Write nothing outside the sections. For example, the response "Half of 18... is 9? 2*9 = 18, yes. \
So \\boxed{{9}}." becomes

{THOUGHT}

Half of 18... is 9? 2*9 = 18, yes.

{END_THOUGHT}

{SOLUTION}

Half of 18 is 9, because 2*9 = 18. The answer is \\boxed{{9}}.

{END_SOLUTION}

==========
{{response}}
=========="""


def question(response: str) -> list[Message]:
    """The messages that ask for a response to be rewritten."""
    user = INSTRUCTION.replace("{response}", response)
    return [{"role": "system", "content": SYSTEM}, {"role": "user", "content": user}]
