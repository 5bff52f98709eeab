"""Every filter of MLflow's documentation of search_runs is accepted as it is and means the same."""

from typing import Any

import pytest

from tests.domain.query.questions import fits, refused, run

AT = "2026-03-10T11:00:00.000000Z"
AT_MS = 1773140400000

RUN = run(
    id="a1b2c3d4e5f6", name="alpha", status="finished", user="user1", started_at=AT, ended_at=AT,
    metrics={
        "accuracy": 0.93, "f1 score": 0.6, "error": 0.01, "error rate": 0.1, "2019-04-02 error rate": 0.2,
        "X-Y-Z": 3, "X//Y#$$@&Z": 3, "XYZ": 3, "accuracy.2.0": 6, "prediction accuracy": 0.95,
    },
    params={"model": "LogisticRegression", "lambda": 0.001, "alpha": 0.3, "model-type": "CNN", "layers": 10,
            "cat dog": "pets", "m": "tf", "p.a.r.a.m": "b", "who": "L'Hosp", "batch_size": 2},
    attributes={"model": "sklearn-lr", "type": "a LOGISTIC one", "version": "commit-hash", "production": "true",
                "source_name": "a notebook", "t.a.g": "a", "owner": "ann"},
    data={"version": "v", "inputs": [{"path": "data/train", "hash": "1f2e.dir", "size": 1, "files": 2}],
    "outputs": []},
    note="a note",
)  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "metrics.accuracy > 0.92",
        'attributes.status = "FINISHED"',
        f"attributes.created > {AT_MS - 1}",
        f"attributes.Created > {AT_MS - 1}",
        f"attributes.start_time > {AT_MS - 1}",
        f"attribute.start_time >= {AT_MS}",
        "attribute.start_time >= 1234",
        f"attributes.start_time = {AT_MS}",
        f"attributes.end_time <= {AT_MS}",
        "attributes.end_time < 1804067852747",
        "metrics.`f1 score` > 0.5",
        "metrics.`error rate` = 0.1",
        'metrics."2019-04-02 error rate" = 0.2',
        "tags.`model` LIKE 'sklearn%'",
        "tags.`type` ILIKE '%Logistic%'",
        "attributes.`run_name` IN ('alpha', 'beta', 'gamma')",
        "attributes.`run name` IN ('alpha', 'beta', 'gamma')",
        "attributes.`Run name` IN ('alpha', 'beta', 'gamma')",
        "attributes.`Run Name` IN ('alpha', 'beta', 'gamma')",
        'attributes.`run_name` ILIKE "%ALPHA%"',
        'params.alpha = "0.3" and params.lambda = "0.001" and metrics.error <= 0.05',
        'params.model = "LogisticRegression" AND params.lambda = "0.001" AND metrics.error <= 0.05',
        'params."model-type" = \'CNN\'',
        "params.layers = '10' and metrics.`prediction accuracy` >= 0.945",
        "attributes.user_id = 'user1'",
        "attributes.run_id = 'a1b2c3d4e5f6'",
        "attributes.run_id IN ('a1b2c3d4e5f6', 'e5f6g7h8')",
        "attributes.run_id NOT IN ('e5f6g7h8')",
        "run_id = 'a1b2c3d4e5f6'",
        "run_name = 'alpha'",
        "status != 'FAILED'",
        "run.status = 'Finished'",
        "attr.status LIKE 'FIN%'",
        "status = 'FINISHED' and metrics.XYZ = 3",
        "metric.accuracy>=0.9",
        "params.m!='tfx'",
        'params."m"!="tfx"',
        "parameters.m = 'tf'",
        "parameter.m = 'tf'",
        "param.m = 'tf'",
        "tag.version = 'commit-hash'",
        "tags.version = 'commit-hash'",
        "`tags`.source_name = 'a notebook'",
        "`metric`.accuracy >= 0.1",
        "`params`.model >= 'LR'",
        'metric."f1 score" >= 0.243',
        'params."cat dog" = "pets"',
        'metrics."X-Y-Z" = 3',
        'metrics."X//Y#$$@&Z" = 3',
        'metrics."accuracy.2.0" > 5',
        'params."p.a.r.a.m" != "a"',
        'tags."t.a.g" = "a"',
        'params.who = "L\'Hosp"',
        "tags.production = 'true'",
        "tags.nothing IS NULL",
        "tags.version IS NOT NULL",
        "params.nothing IS NULL AND params.m = 'tf'",
        "params.model IS NOT NULL",
        "params.model LIKE '%Regression'",
        "params.model ILIKE 'logistic_egression'",
        "dataset.name = 'data/train'",
        "datasets.name LIKE 'data/%'",
        "datasets.digest IN ('1f2e.dir', 'x')",
        "datasets.name != 'other'",
        "tags.`mlflow.user` = 'user1'",
        'tags."mlflow.runName" = \'alpha\'',
        "tags.`mlflow.note.content` LIKE '%note'",
        "attributes.artifact_uri LIKE '%a1b2c3d4e5f6%'",
        "",
        "  ",
    ],
)  # fmt: skip
def test_filter_of_mlflows_documentation_fits(text: str) -> None:
    assert fits(text, RUN)


@pytest.mark.parametrize(
    "text",
    [
        "metrics.accuracy > 0.95",
        "attributes.status = 'FAILED'",
        "attributes.status = 'ACTIVE'",
        "attributes.artifact_uri = 'models:/mymodel/1'",
        "tags.nothing != 'D'",
        "metrics.nothing != 3",
        "params.nothing = 'A'",
        "params.nothing LIKE '%'",
        "tags.model LIKE 'SKLEARN%'",
        "tags.model LIKE 'learn'",
        "datasets.context = 'train'",
        "datasets.name = 'data/train' and datasets.digest = 'other'",
        "attributes.run_id NOT IN ('a1b2c3d4e5f6')",
        "tags.version IS NULL",
        "params.batch_size = '3'",
    ],
)
def test_filter_that_does_not_fit(text: str) -> None:
    assert not fits(text, RUN)


@pytest.mark.parametrize(
    ("status", "word"),
    [("finished", "FINISHED"), ("failed", "FAILED"), ("killed", "KILLED"), ("running", "RUNNING"),
     ("queued", "SCHEDULED")],
)  # fmt: skip
def test_statuses_are_mlflows_too(status: str, word: str) -> None:
    assert fits(f"attributes.status = '{word}'", run(status=status))
    assert not fits(f"attributes.status != '{word}'", run(status=status))
    assert fits(f"status in ('{word}')", run(status=status))


def test_own_attribute_wins_over_what_mlflow_would_have_set() -> None:
    document: dict[str, Any] = run(user="ann", attributes={"mlflow.user": "bob"})
    assert fits("tags.`mlflow.user` = 'bob'", document)


@pytest.mark.parametrize(
    "text",
    [
        "metric.acc >= 0.94; metrics.rmse < 1", "attri.x != 1", "attribute.start != 1",
        "attribute.experiment_id != 1",
        "attribute.lifecycle_stage = 'ACTIVE'", "attribute.time != 1", "attribute._status != 'RUNNING'",
        "metrics.A > 0.1 NAND params.B = 'LR'", "`metrics.A > 0.1", "param`.A > 0.1", "`dummy.A > 0.1",
        "dataset.status = 'true'", "dataset.profile = 'num_rows: 10'", "metric.model = 'LR'",
        "metrics.acc != metrics.acc", "1.0 > metrics.acc", "params.'acc = LR", "params.acc = 'LR", "params.acc = LR'",
        "params.acc = \"LR'", "tags.acc = = 'LR'", "attribute.status IS 'RUNNING'", "params.acc LR !=",
        "params.acc LR", "metric.acc !=", "1=1", "1==2", "metrics.abc LIKE 1.0", "metrics.abc ~ 1.0",
    ],
)  # fmt: skip
def test_what_mlflow_refuses_and_means_nothing_more_here(text: str) -> None:
    error = refused(text)
    assert error.exit_code == 2
    assert "^" in error.cause
