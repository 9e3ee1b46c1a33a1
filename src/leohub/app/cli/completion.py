"""`leohub completion`: tab completion for the shell."""

from __future__ import annotations

import click

VARIABLE = "_LEOHUB_COMPLETE"


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    r"""Print the script that completes leohub's commands and options with the Tab key.

    \b
    bash:  leohub completion bash >> ~/.bashrc
    zsh:   leohub completion zsh  >> ~/.zshrc
    fish:  leohub completion fish > ~/.config/fish/completions/leohub.fish
    """
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    if found is None:
        raise click.UsageError(f"no completion for {shell}")
    click.echo(found(context.find_root().command, {}, "leohub", VARIABLE).source())
