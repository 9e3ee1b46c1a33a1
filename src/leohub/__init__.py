"""leohub: plan, and account for, community internet hubs fed by low-Earth-orbit satellites."""

__version__ = "0.1.0"
