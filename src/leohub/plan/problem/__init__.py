"""The problem of the choice: who serves whom, in compact arrays, and what need not be looked at."""
