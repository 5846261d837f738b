"""`helpdesk recount`: are the summaries of the dashboard right?"""

import click
from flask.cli import with_appcontext

from helpdesk import recount as counting

WAYS = {False: (counting.compare, "wrong"), True: (counting.repair, "mended")}


@click.command()
@click.option("--repair", is_flag=True, help="Set right what is wrong.")
@click.pass_context
@with_appcontext
def recount(context: click.Context, repair: bool) -> None:
    """Compare the summaries of the dashboard with all tickets. Helpdesk may run meanwhile.

    The exit code is 1 if something is wrong and was left so.
    """
    look, word = WAYS[repair]
    found = look()
    for line in found.examples:
        click.echo(f"  {line}")
    if found.is_right:
        click.echo("The summaries say what the tickets say.")
        return
    click.echo(f"{found.tickets} tickets were counted wrongly, {found.figures} summaries {word}.")
    context.exit(0 if repair else 1)
