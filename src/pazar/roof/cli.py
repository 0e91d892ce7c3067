"""`pazar reindex`."""

import click

from pazar.ground.console import centre_command


@click.command()
@centre_command
def reindex() -> None:
    """Make the words by which procedures, awards and products are found and matched again, after an upgrade says so.

    The centre may go on working; repeated, it changes nothing.
    """
    from pazar.roof import reindexing

    for told in reindexing.everything():
        click.echo(told)
