"""Why a hub's numbers are what they are: every link of its chain, one after the other."""

from leohub.study.service.why.chain import why
from leohub.study.service.why.step import Step, number

__all__ = ["Step", "number", "why"]
