"""The service that hubs will get: the chain from the sky to a person, with its uncertainty.

In Python, from a study to what its hubs will get, and why::

    from pathlib import Path

    from leohub.study.file import read_study
    from leohub.study.service.planned import plan_service
    from leohub.study.service.why import why
    from leohub.study.service.year import rain_years

    file = read_study(Path("study.toml"))
    planned = plan_service(file)
    planned.hubs  # a row a hub: the columns of hubs.csv
    planned.estimate.programme  # all hubs together: value, low, high
    why(planned.estimate, 0)  # every link of the chain of the first hub
    rain_years(
        planned.estimate,
        0,
        planned.inputs.overhead,
        hours=file.study.sky.hours,
        count=100,
        seed=file.study.seed,
    )

Places of one's own, without a plan: `leohub.study.service.hubs.estimate_hubs`.
"""
