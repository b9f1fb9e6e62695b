"""Mutants: the app with one line changed for the worse, and the test that has to notice."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """A change of one line in a file of the app, and a test that fails because of it."""

    name: str
    file: str
    line: str
    instead: str
    caught_by: str


TASK, USERS, DEPENDENCIES = "app/crud/task.py", "app/schemas/users.py", "app/dependencies.py"
HERE = "tests/integration"

MUTANTS = (
    Mutant(
        "anybody-reads-any-task",
        TASK,
        "conditions = (Task.id == task_id, Task.owner_id == owner)",
        "conditions = (Task.id == task_id,)",
        f"{HERE}/test_ownership.py::test_the_task_of_another_user_is_not_found",
    ),
    Mutant(
        "a-completed-task-may-be-edited",
        TASK,
        'if row.completed and sent.get("completed", True) and changed:',
        'if row.completed and sent.get("completed", False) and changed:',
        f"{HERE}/test_locked.py::test_a_completed_task_is_locked",
    ),
    Mutant(
        "due-today-is-overdue",
        TASK,
        "Task.due_date < today())",
        "Task.due_date <= today())",
        f"{HERE}/test_overdue.py::test_a_task_is_overdue_from_midnight_on",
    ),
    Mutant(
        "the-day-begins-where-the-server-is",
        TASK,
        "return datetime.now(UTC).date()",
        "return date.today()",
        "tests/unit/test_today.py::test_the_clock_on_the_wall_does_not_matter",
    ),
    Mutant(
        "the-newest-comes-first",
        TASK,
        "tasks = CRUDTask(Task, Task.id)",
        "tasks = CRUDTask(Task, Task.id.desc())",
        f"{HERE}/test_list.py::test_skip_and_limit_cut_out_a_part_of_the_list",
    ),
    Mutant(
        "the-token-chooses-its-algorithm",
        "app/core/security.py",
        "algorithms=[ALGORITHM],",
        'algorithms=[ALGORITHM, "HS512"],',
        "tests/unit/test_read_token.py"
        "::test_a_token_that_is_signed_well_by_another_algorithm_is_refused",
    ),
    Mutant(
        "who-is-known-but-unwelcome-is-told-to-log-in",
        DEPENDENCIES,
        'raise HTTPException(403, "The user is disabled")',
        'raise HTTPException(401, "The user is disabled")',
        "tests/unit/test_current_user.py::test_a_disabled_user_is_kept_out",
    ),
    Mutant(
        "everybody-is-a-superuser",
        DEPENDENCIES,
        "if not user.is_superuser:",
        "if user.disabled:",
        "tests/unit/test_current_user.py::test_who_is_no_superuser_is_kept_out",
    ),
    Mutant(
        "the-answer-is-sent-before-the-commit",
        DEPENDENCIES,
        'Depends(get_session, scope="function")',
        "Depends(get_session)",
        f"{HERE}/test_session.py::test_what_was_done_is_committed_before_the_answer_is_sent",
    ),
    Mutant(
        "eleven-guesses",
        "app/throttle.py",
        "WRONG_LOGINS = 10",
        "WRONG_LOGINS = 11",
        "tests/unit/test_throttle_clock.py::test_a_name_opens_five_minutes_after_the_first_of_ten",
    ),
    Mutant(
        "a-name-in-capitals-is-another-name",
        USERS,
        "return value.strip().lower() if",
        "return value.strip() if",
        f"{HERE}/test_spelling.py::test_a_user_may_log_in_with_any_spelling",
    ),
    Mutant(
        "an-email-in-capitals-is-another-email",
        USERS,
        "Email = Annotated[EmailStr, BeforeValidator(trimmed_and_lowered)]",
        "Email = EmailStr",
        f"{HERE}/test_register.py::test_an_email_that_is_taken_is_taken_in_every_spelling",
    ),
    Mutant(
        "an-email-that-is-not-taken-is-our-fault",
        "app/main.py",
        'return JSONResponse({"detail": str(error)}, 503, {"Retry-After": "60"})',
        'return JSONResponse({"detail": str(error)}, 500, {"Retry-After": "60"})',
        f"{HERE}/test_share.py::test_when_it_cannot_be_sent_the_client_may_try_again_later",
    ),
    Mutant(
        "a-slow-mail-server-holds-a-connection",
        "app/routers/tasks.py",
        "await session.close()",
        "await session.flush()",
        f"{HERE}/test_slow_share.py::test_while_an_email_is_sent_no_connection_is_held",
    ),
    Mutant(
        "a-password-is-sent-for-all-to-read",
        "app/emailer.py",
        "start_tls=True if self.url.username else None",
        "start_tls=None",
        f"{HERE}/test_mail_server.py::test_a_password_is_not_sent_to_a_server_that_cannot_encrypt",
    ),
    Mutant(
        "a-title-of-two-lines-is-two-headers",
        "app/sharing.py",
        "{' '.join(task.title.split())}",
        "{task.title}",
        "tests/unit/test_sharing.py::test_the_subject_is_one_line",
    ),
    Mutant(
        "a-page-begins-with-the-last-one-seen",
        TASK,
        "Task.id > last)",
        "Task.id >= last)",
        f"{HERE}/test_pages.py::test_there_is_a_last_page_and_it_says_so",
    ),
    Mutant(
        "a-client-chooses-labels",
        "app/observing.py",
        'if fixed else "unmatched"',
        'if fixed else scope["path"]',
        f"{HERE}/test_metrics.py::test_any_number_of_paths_makes_one_series",
    ),
)
