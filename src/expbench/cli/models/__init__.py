"""`exp models`: the registry in git tags. Each of its commands is a module here, imported when it is called."""

import typer

from expbench.cli.application import application, epilog_of
from expbench.cli.commands import MODELS
from expbench.cli.lazy import lazy_group
from expbench.cli.place import AsJson

_EXAMPLES = """
exp models                        versions, and who holds which stage
exp models show 'digits#production'
exp models history digits
"""

models = application(cls=lazy_group(MODELS, "expbench.cli.models"), epilog=epilog_of(_EXAMPLES))


@models.callback(invoke_without_command=True)
def root(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Models, versions and stages, kept in git tags that GTO reads, too. Without a command: `exp models ls`."""
    if ctx.invoked_subcommand is None:
        from expbench.cli.models.ls import print_models

        print_models(None, as_json=as_json)
