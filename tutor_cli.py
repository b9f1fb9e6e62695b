"""Run, test and read the lessons of the workbook: the command line."""

import sys

if __name__ == "__main__":
    from tutor import bootstrap

    bootstrap.ensure()

from pathlib import Path
from typing import Annotated

import typer
from typer.core import TyperCommand

app = typer.Typer(
    name="tutor_cli",
    help="One FastAPI Task Manager API, grown in small stages. Run, test and read any of them.",
    add_completion=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


class CommandWithPassedArguments(TyperCommand):
    """A command that keeps what follows `--` for another program, in `context.meta`."""

    # Typer gives every command its own Context, a subclass of the one it inherits the method from.
    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """Take what follows the first `--` away before the command's own words are read."""
        own, passed = args, []
        if "--" in args:
            place = args.index("--")
            own, passed = args[:place], args[place + 1 :]
        ctx.meta["passed"] = passed
        return super().parse_args(ctx, own)


LessonName = Annotated[
    str, typer.Argument(metavar="LESSON", help="A number, name or path: 1, basics")
]
LessonNames = Annotated[
    list[str] | None,
    typer.Argument(metavar="LESSON", help="Numbers, names or paths; none: all"),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for a program to read.")]


@app.command("list")
def list_lessons(as_json: AsJson = False) -> None:
    """List all lessons."""
    from tutor import catalog, display

    display.lessons(catalog.Catalog(), as_json=as_json)


@app.command()
def show(lesson: LessonName, as_json: AsJson = False) -> None:
    """Show a lesson's text in the terminal."""
    from tutor import catalog, display

    display.lesson_text(catalog.Catalog().find(lesson), as_json=as_json)


@app.command()
def run(
    lesson: LessonName,
    port: Annotated[int, typer.Option(help="Port to serve at; 0: any free one.")] = 8000,
    host: Annotated[str, typer.Option(help="Address to serve at.")] = "127.0.0.1",
    reload: Annotated[bool, typer.Option("--reload", help="Restart when a file changes.")] = False,
    app: Annotated[
        str | None, typer.Option(metavar="MODULE:NAME", help="Serve another app: hello:app")
    ] = None,
    browser: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
) -> None:
    """Serve a lesson; Ctrl-C stops all of it."""
    from tutor import catalog, display, running

    lessons = catalog.Catalog()
    options = running.RunOptions(host=host, port=port, reload=reload, app=app, open=browser)
    code = running.serve(lessons.find(lesson), lessons, options, ask=display.asker())
    raise typer.Exit(code)


@app.command(
    "test",
    cls=CommandWithPassedArguments,
    epilog="What follows -- goes to pytest: tutor_cli test 02 -- -k title -x",
)
def run_tests(
    context: typer.Context,
    lessons: LessonNames = None,
    as_json: AsJson = False,
    junit: Annotated[Path | None, typer.Option(help="Write JUnit XML to this file.")] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Lessons at once; default: cores.")
    ] = None,
    time_limit: Annotated[float, typer.Option(min=1, help="Seconds that one test may take.")] = 120,
) -> None:
    """Test lessons: all, or those named."""
    from tutor import catalog, display, progress, testing

    everything = catalog.Catalog()
    chosen = everything.find_all(lessons or [])
    with progress.shown(chosen) as on_event:
        results = testing.test_lessons(
            chosen,
            everything,
            arguments=context.meta["passed"],
            jobs=jobs,
            time_limit=time_limit,
            on_event=on_event,
        )
    code = display.testing_results(results, as_json=as_json)
    if junit:  # last: a file that cannot be written must not cost the results
        testing.write_junit(results, junit)
    raise typer.Exit(code)


@app.command("diff")
def compare_lessons(
    old: Annotated[str, typer.Argument(metavar="A", help="The lesson to start from.")],
    new: Annotated[str, typer.Argument(metavar="B", help="The lesson to compare it with.")],
    stat: Annotated[bool, typer.Option("--stat", help="A line a file, and why.")] = False,
    file: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Only this file or pattern; may be repeated."),
    ] = None,
    side_by_side: Annotated[
        bool, typer.Option("--side-by-side", help="Old left, new right.")
    ] = False,
    tests: Annotated[bool, typer.Option("--tests", help="Show the tests, too.")] = False,
    deps: Annotated[bool, typer.Option("--deps", help="Compare what they depend on.")] = False,
    api: Annotated[
        bool, typer.Option("--api", help="Compare their APIs: what is new, what breaks a client.")
    ] = False,
    strip_prefix: Annotated[
        str, typer.Option(metavar="PATH", help="With --api: leave out this start of the paths.")
    ] = "",
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write it as a page for a browser.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show what changed from one lesson to another, and why."""
    from tutor import catalog, showing_changes

    lessons = catalog.Catalog()
    options = showing_changes.DiffOptions(
        stat=stat,
        files=tuple(file or ()),
        side_by_side=side_by_side,
        tests=tests,
        deps=deps,
        api=api,
        strip_prefix=strip_prefix,
        html=html,
        as_json=as_json,
    )
    code = showing_changes.show_changes(lessons.find(old), lessons.find(new), lessons, options)
    raise typer.Exit(code)


@app.command()
def bench(
    lessons: Annotated[
        list[str], typer.Argument(metavar="LESSON", help="Numbers, names or paths; or: all")
    ],
    rounds: Annotated[
        int,
        typer.Option(min=1, envvar="CLAIMS_ROUNDS", help="How often each way is measured."),
    ] = 7,
    as_json: AsJson = False,
    svg: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a chart to this file.")
    ] = None,
    time_limit: Annotated[
        float, typer.Option(min=1, help="Seconds that one lesson may take.")
    ] = 600,
) -> None:
    """Measure what is claimed in numbers."""
    from tutor import catalog, measuring, showing_claims

    chosen = measuring.lessons_to_measure(lessons, catalog.Catalog())
    options = showing_claims.BenchOptions(
        rounds=rounds, time_limit=time_limit, as_json=as_json, svg=svg
    )
    raise typer.Exit(showing_claims.show_claims(chosen, options))


@app.command()
def notebook(
    lesson: LessonName,
    execute: Annotated[
        bool, typer.Option("--execute", help="Run it from top to bottom, without a browser.")
    ] = False,
) -> None:
    """Open a lesson's walkthrough in JupyterLab."""
    from tutor import catalog, display, notebooks

    lessons = catalog.Catalog()
    chosen = lessons.find(lesson)
    if not execute:
        raise typer.Exit(notebooks.open_notebook(chosen, lessons))
    raise typer.Exit(display.notebook_result(notebooks.execute(chosen, lessons)))


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Say what this machine has and lacks."""
    from tutor import catalog, display
    from tutor import doctor as examination

    raise typer.Exit(display.findings(examination.examine(catalog.Catalog()), as_json=as_json))


def main() -> None:
    """Run the command line; a failure that a person can mend is shown as a sentence."""
    from tutor import display
    from tutor.errors import TutorError

    display.accept_any_text()
    try:
        app(prog_name=display.command())
    except ModuleNotFoundError as error:
        install = "Install what the workbook needs: python -m pip install -e ."
        display.failure(TutorError(f"The package {error.name} is not installed.", install))
        sys.exit(1)
    except TutorError as error:
        display.failure(error)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
